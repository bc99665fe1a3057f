/** What was classified without a box; sizes in pixels. */
export interface WholePicture {
  file: string;
  width: number;
  height: number;
}

/** What to say of pictures that were taken as one face each and may well show more; undefined if nothing. */
export declare function hintFor(pictures: readonly WholePicture[]): string | undefined;
