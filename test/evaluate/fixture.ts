import * as tfl from '@tensorflow/tfjs-layers';
import type { LabeledImages } from '../../src/data/batches';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { addFacts } from '../../src/models/known-facts';
import { Random } from '../../src/random';

/** Side of the images. */
export const SIDE = 4;
/** Number of classes. */
export const CLASSES = 3;

const PIXELS = SIDE * SIDE;
const WEIGHTS = Array.from({ length: PIXELS * CLASSES }, (_, i) => Math.sin(3 * i) / 2);
const BIAS = [0.1, -0.2, 0.3];

/** Small seeded images with random labels. */
export function makeData(size: number, parts: Partial<LabeledImages> = {}): LabeledImages {
  const random = new Random(7, size);
  return {
    images: Uint8Array.from({ length: size * PIXELS }, () => random.integer(256)),
    labels: Uint8Array.from({ length: size }, () => random.integer(CLASSES)),
    targets: undefined,
    sampleWeights: undefined,
    size,
    height: SIDE,
    width: SIDE,
    channels: 1,
    numClasses: CLASSES,
    ...parts,
  };
}

/** A linear model with known weights and preprocessing. Its dropout must do nothing outside training. */
export async function makeModel(activation: 'softmax' | 'sigmoid' | 'linear' = 'softmax'): Promise<tfl.Sequential> {
  const { tensor } = await import('@tensorflow/tfjs-core');
  const model = tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [SIDE, SIDE, 1] }),
      tfl.layers.dropout({ rate: 0.5 }),
      tfl.layers.dense({ units: CLASSES, activation }),
    ],
  });
  const weights = [tensor(WEIGHTS, [PIXELS, CLASSES]), tensor(BIAS)];
  model.setWeights(weights);
  for (const weight of weights) weight.dispose();
  return addFacts(model, { preprocessing: { ...DEFAULT_PREPROCESSING, inputSize: [SIDE, SIDE] } });
}

/** What the softmax model gives, computed by hand. */
export function expectedOutputs({ images, size }: LabeledImages): number[] {
  const { mean, std } = DEFAULT_PREPROCESSING;
  return Array.from({ length: size }, (_, i) => {
    const logits = BIAS.map((bias, j) => {
      let logit = bias;
      for (let p = 0; p < PIXELS; p++) {
        logit += ((images[i * PIXELS + p]! / 255 - mean) / std) * WEIGHTS[p * CLASSES + j]!;
      }
      return Math.exp(logit);
    });
    const sum = logits.reduce((a, b) => a + b);
    return logits.map((value) => value / sum);
  }).flat();
}

/** Runs `use` with a model and disposes of it. */
export async function withModel<T>(
  use: (model: tfl.Sequential) => Promise<T>,
  activation?: 'softmax' | 'sigmoid' | 'linear',
): Promise<T> {
  const model = await makeModel(activation);
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
}
