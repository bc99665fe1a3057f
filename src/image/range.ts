import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';

/** How far a value may lie outside 0..255: what rounds to a byte passes. */
const TOLERANCE = 0.5;

/**
 * Throws unless all values are finite and in 0..255. Images that were scaled to 0..1 are recognized by values that are
 * all at most 1 and not all whole; an image of the bytes 0 and 1 is merely very dark and passes.
 *
 * Costs one small read, since the values are reduced where they are.
 *
 * @param images Images of any shape and dtype with at least one value; borrowed.
 */
export async function checkValues(images: tf.Tensor): Promise<void> {
  const [min, max, finite] = await read(images, (x) => [tf.min(x), tf.max(x), tf.all(tf.isFinite(x))]);
  const fail = (received: string, remedy: string): never => {
    throw inputError('', 'pixel values in 0..255', received, remedy);
  };
  if (finite !== 1) fail('NaN or infinite values', 'Look for a division by zero where the image is made.');
  const range = `values in ${format(min!)}..${format(max!)}`;
  if (min! < -TOLERANCE || max! > 255 + TOLERANCE) fail(range, 'Scale the pixels to 0..255 without normalizing them.');
  if (max! > 1) return;
  const [fraction] = await read(images, (x) => [tf.max(tf.abs(tf.sub(x, tf.round(x))))]);
  if (fraction! > 0) fail(range, 'Multiply pixels that were scaled to 0..1 by 255.');
}

async function read(images: tf.Tensor, statistics: (x: tf.Tensor) => tf.Tensor[]): Promise<Float32Array> {
  const values = tf.tidy(() =>
    tf.stack(statistics(tf.cast(images, 'float32')).map((scalar) => tf.cast(scalar, 'float32'))),
  );
  try {
    return await values.data<'float32'>();
  } finally {
    values.dispose();
  }
}

function format(value: number): string {
  return String(Number(value.toPrecision(6)));
}
