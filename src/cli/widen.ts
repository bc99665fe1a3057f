import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Random } from '../random';

const NOISE = 0.05; // the standard deviation of what a copied weight is multiplied by, around 1

/**
 * Copies the weights of a chain of layers into one with more channels: channels are repeated, and what reads a repeated channel divides its
 * weights by the number of copies, so that both models compute nearly the same. A little noise sets the copies apart.
 * Source: Chen et al. 2016 (arXiv:1511.05641).
 *
 * @param narrow The trained model, without `Flatten`.
 * @param wide The same layers, none with fewer channels; changed.
 * @param seed The seed of the channels that are repeated, and of the noise.
 */
export function widen(narrow: LayersModel, wide: LayersModel, seed: number): void {
  const random = new Random(seed);
  let inputs = [0]; // for each channel that a layer reads, the channel of the narrow model that it repeats
  const trained = weightedLayers(narrow);
  for (const [i, layer] of weightedLayers(wide).entries()) {
    const small = trained[i]!.getWeights();
    const isNorm = small.every(({ rank }) => rank === 1);
    const outputs = isNorm ? inputs : repeats(small.at(-1)!.size, layer.getWeights().at(-1)!.size, random);
    const grow = (weight: tf.Tensor) =>
      weight.rank === 1 ? pick(weight, outputs) : growKernel(weight, inputs, outputs, random);
    tf.tidy(() => layer.setWeights(small.map(grow)));
    inputs = outputs;
  }
}

/** The layers that have weights, in order. */
export const weightedLayers = ({ layers }: LayersModel) => layers.filter(({ weights }) => weights.length > 0);

/** First every channel, then some again. */
const repeats = (before: number, after: number, random: Random): number[] =>
  Array.from({ length: after }, (_, i) => (i < before ? i : random.integer(before)));

/** Added to 0, since convolutions on WASM refuse a bias that comes straight from `gather` (its shape there has four axes). */
const pick = (weight: tf.Tensor, channels: readonly number[]): tf.Tensor =>
  tf.add(tf.gather(weight, [...channels], weight.rank - 1), 0);

/** The kernel `[…, inputs, outputs]` of the wider layer. */
function growKernel(kernel: tf.Tensor, inputs: readonly number[], outputs: readonly number[], random: Random) {
  const copies = inputs.map((channel) => inputs.filter((other) => other === channel).length);
  const perInput = (values: number[]) => tf.tensor(values, [inputs.length, 1]);
  const wide = pick(tf.gather(kernel, [...inputs], kernel.rank - 2), outputs); // […, inputs, outputs]
  const noise = tf.randomNormal(wide.shape, 0, 1, 'float32', random.uint32());
  const factors = tf.add(1, tf.mul(noise, perInput(copies.map((n) => (n > 1 ? NOISE : 0)))));
  return tf.mul(tf.mul(wide, perInput(copies.map((n) => 1 / n))), factors);
}
