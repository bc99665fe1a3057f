import type * as tfl from '@tensorflow/tfjs-layers';
import type { CnnOptions } from '../../src/models/options';
import type { ModelName } from '../../src/models/registry';
import { createShallowCnn } from '../../src/models/shallow';

/** Options that make every architecture, as deep as the real one, narrow enough for the plain CPU backend, on 16×16 pictures. */
export const NARROW: Record<ModelName, CnnOptions> = {
  shallow: { conv: { filters: [2, 3] }, dense: { units: [4] }, inputSize: [16, 16] },
  deep: { conv: { filters: [2, 3, 4, 4], kernelSizes: [3, 5, 3, 3] }, dense: { units: [4, 5] }, inputSize: [16, 16] },
  compact: { conv: { filters: [2, 3, 4, 4] }, inputSize: [16, 16] },
};

/** A shallow network for 16×16 pictures, small enough for the plain CPU backend, with every kind of layer. */
export function tinyCnn(seed = 1, dropout = 0.1): tfl.LayersModel {
  const conv = { filters: [4, 6], dropout };
  return createShallowCnn({ seed, inputSize: [16, 16], conv, dense: { units: [16], dropout, batchNorm: true } });
}

/** All weights of a model as numbers. */
export function weightsOf(model: tfl.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
}
