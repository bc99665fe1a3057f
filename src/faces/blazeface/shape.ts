import type * as tf from '@tensorflow/tfjs-core';

/** Height and width of a look at one face or a whole photo, in pixels. */
export const INPUT_SIZE = 128;

/** The grids of cells that the model looks at, in its order: pixels of the input from cell to cell, and anchors a cell. */
export const GRIDS = [{ step: 8, perCell: 2 }, { step: 16, perCell: 6 }] as const; // prettier-ignore

/** Numbers for each anchor: a score, the box (middle and size), and x and y of six key points. */
export const VALUES = 17;

/** The blocks of a depthwise and a pointwise convolution. */
export const BLOCKS = 16;

/** The blocks that halve height and width, counted from 0. */
export const STRIDED_BLOCKS = [2, 5, 11];

/** What enters this block, 16 × 16 for an input of 128, is looked at by the first head. */
export const LAST_STRIDED_BLOCK = 11;

/** BlazeFace with its weights on a backend. */
export interface DetectorNetwork {
  /**
   * Looks at images.
   *
   * @param images [n, h, w, 3] float32 in -1..1, h and w multiples of 16; borrowed.
   * @returns [n, anchors, 17] float32: for each anchor the score before the sigmoid, then box and key points in pixels of the input, from
   *   the anchor; the caller's.
   */
  run(images: tf.Tensor4D): tf.Tensor3D;
  /** Frees the weights. */
  dispose(): void;
}

/** The anchors of an input of that size. */
export function anchorsOf(height: number, width: number): number {
  return GRIDS.reduce((sum, { step, perCell }) => sum + (height / step) * (width / step) * perCell, 0);
}
