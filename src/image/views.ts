import * as tf from '@tensorflow/tfjs-core';
import { oneOf, optional } from '../schema';

/**
 * From how many views an image is judged: `'single'`, the image as it is; `'flip'`, it and its mirror image; `'flipAndShifts'`,
 * both, each also shifted by two pixels up, down, left and right. The cost grows with their number: 1, 2 or 10.
 */
export type Views = 'single' | 'flip' | 'flipAndShifts';

type Shift = readonly [down: number, right: number];

const SHIFTS: readonly Shift[] = [[0, 0], [-2, 0], [2, 0], [0, -2], [0, 2]]; // prettier-ignore

const VIEWS: Readonly<Record<Views, { shifts: readonly Shift[]; mirrored: readonly boolean[] }>> = {
  single: { shifts: [[0, 0]], mirrored: [false] },
  flip: { shifts: [[0, 0]], mirrored: [false, true] },
  flipAndShifts: { shifts: SHIFTS, mirrored: [false, true] },
};

/** The option `views`. */
export const parseViews = optional(oneOf(Object.keys(VIEWS) as Views[]), 'single');

/**
 * Test-time augmentation: the mean of a model's outputs over several views of each image.
 *
 * @param input Preprocessed images, `[n, h, w, 1]`; borrowed.
 * @param views Which views. Edges are repeated where a shift uncovers them.
 * @param predict The model: borrows its argument and gives `[n, classes]`.
 * @returns `[n, classes]`; the caller's.
 */
export function meanOverViews(input: tf.Tensor4D, views: Views, predict: (input: tf.Tensor4D) => tf.Tensor): tf.Tensor {
  const { shifts, mirrored } = VIEWS[views];
  if (views === 'single') return predict(input);
  return tf.tidy(() => {
    const outputs = shifts.flatMap((by) => {
      const moved = shifted(input, by);
      return mirrored.map((mirror) => predict(mirror ? tf.reverse(moved, 2) : moved));
    });
    return tf.div(
      outputs.reduce((sum, output) => tf.add(sum, output)),
      outputs.length,
    );
  });
}

function shifted(input: tf.Tensor4D, by: Shift): tf.Tensor4D {
  return by.reduce<tf.Tensor4D>((moved, offset, i) => {
    if (offset === 0) return moved;
    const size = input.shape[i + 1]!;
    const from = Array.from({ length: size }, (_, at) => Math.min(Math.max(at - offset, 0), size - 1));
    return tf.gather(moved, tf.tensor1d(from, 'int32'), i + 1);
  }, input);
}
