import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { logitsOf } from '../models/logits';

/** The side of the patch as a fraction of the image's: 8 of 48 pixels. */
const PATCH = 1 / 6;

/** The number of covered images per batch. */
const BATCH = 32;

/** A part of an image in pixels; `bottom` and `right` are exclusive. */
interface Patch {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/**
 * Computes the evidence for a class by occlusion: moves a patch of the image's mean gray over the image in steps of half its side. Each
 * pixel gets the mean drop of the log-odds over the patches that cover it (after Zeiler and Fergus 2014, arXiv:1311.2901). Needs no
 * gradients, but some hundred predictions.
 *
 * @param model The model; borrowed.
 * @param input One preprocessed image [1, h, w, 1]; borrowed until the promise settles.
 * @returns [h, w], at least 0, in log-odds; owned by the caller.
 */
export async function occlusion(model: tfl.LayersModel, input: tf.Tensor4D, label: number): Promise<tf.Tensor2D> {
  const [, height, width] = input.shape;
  const patches = patchesOf(height, width);
  const [whole] = await logOdds(model, input, label, [{ top: 0, left: 0, bottom: 0, right: 0 }]);
  const losses = new Float32Array(height * width);
  const counts = new Float32Array(height * width);
  for (let start = 0; start < patches.length; start += BATCH) {
    const some = patches.slice(start, start + BATCH);
    const odds = await logOdds(model, input, label, some);
    some.forEach((patch, i) => {
      for (const pixel of pixelsOf(patch, width)) {
        losses[pixel]! += whole! - odds[i]!;
        counts[pixel]!++;
      }
    });
  }
  return tf.tensor2d(
    losses.map((loss, pixel) => Math.max(0, loss / counts[pixel]!)),
    [height, width],
  );
}

function patchesOf(height: number, width: number): Patch[] {
  const ranges = (length: number) => {
    const side = Math.max(1, Math.round(length * PATCH));
    const step = Math.max(1, Math.floor(side / 2));
    const count = Math.ceil((length + side - step) / step);
    return Array.from({ length: count }, (_, i) => {
      const start = (i + 1) * step - side;
      return [Math.max(0, start), Math.min(length, start + side)] as const;
    });
  };
  return ranges(height).flatMap(([top, bottom]) =>
    ranges(width).map(([left, right]) => ({ top, left, bottom, right })),
  );
}

function* pixelsOf({ top, left, bottom, right }: Patch, width: number): Generator<number> {
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) yield y * width + x;
}

/** log(p / (1 - p)) of a class with each patch covered; unlike p, it does not saturate. */
async function logOdds(
  model: tfl.LayersModel,
  input: tf.Tensor4D,
  label: number,
  patches: readonly Patch[],
): Promise<number[]> {
  const [, height, width] = input.shape;
  const masks = new Float32Array(patches.length * height * width);
  patches.forEach((patch, i) => {
    for (const pixel of pixelsOf(patch, width)) masks[i * height * width + pixel] = 1;
  });
  const logits = tf.tidy(() => {
    const covered = tf.tensor4d(masks, [patches.length, height, width, 1]);
    return logitsOf(model, tf.add(input, tf.mul(covered, tf.sub(tf.mean(input), input))));
  });
  try {
    const values = await logits.data<'float32'>();
    const classes = logits.shape[1];
    return patches.map((_, i) => {
      const row = Array.from(values.subarray(i * classes, (i + 1) * classes));
      const [own] = row.splice(label, 1);
      const top = Math.max(...row);
      return own! - top - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
    });
  } finally {
    logits.dispose();
  }
}
