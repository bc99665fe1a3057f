import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { EMOTIONS } from '../../src/labels';

/** The card of {@link tinyModel}: images of 2 × 2 pixels, scaled to 0..1. */
export const TINY_CARD = {
  name: 'tiny',
  architecture: 'one dense layer',
  classNames: EMOTIONS,
  preprocessing: { inputSize: [2, 2], mean: 0, std: 1 },
} as const;

/**
 * A model that can be followed by hand: class k < 4 has the logit `gain` times the brightness (0..1) of pixel k of
 * 2 × 2, the other classes have 0.
 */
export function tinyModel(gain = 4, activation: 'softmax' | 'sigmoid' | 'linear' = 'softmax'): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [2, 2, 1] }),
      tfl.layers.dense({ units: EMOTIONS.length, useBias: false, activation }),
    ],
  });
  const kernel = tf.tidy(() => tf.mul(tf.eye(4, EMOTIONS.length), gain));
  model.setWeights([kernel]);
  kernel.dispose();
  return model;
}

/** What {@link tinyModel} makes of four gray values, computed here. */
export function tinyProbabilities(pixels: readonly number[], gain = 4): number[] {
  const logits = EMOTIONS.map((_, label) => (gain * (pixels[label] ?? 0)) / 255);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / sum);
}
