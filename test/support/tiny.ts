import type * as tfl from '@tensorflow/tfjs-layers';
import { createShallowCnn } from '../../src/models/shallow';

/** A shallow network for 16×16 pictures, small enough for the plain CPU backend, with every kind of layer. */
export function tinyCnn(seed = 1, dropout = 0.1): tfl.LayersModel {
  const conv = { filters: [4, 6], dropout };
  return createShallowCnn({ seed, inputSize: [16, 16], conv, dense: { units: [16], dropout, batchNorm: true } });
}

/** All weights of a model as numbers. */
export function weightsOf(model: tfl.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
}
