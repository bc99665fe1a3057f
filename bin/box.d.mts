import type { Box } from 'fer-cnn';

/** The box that X,Y,W,H describes, in pixels; undefined if the text is none. */
export declare function boxOf(text: string): Box | undefined;
