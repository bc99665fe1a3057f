import { within } from '../errors';
import type * as tfl from '@tensorflow/tfjs-layers';
import { buildCnn } from './blocks';
import { type CnnDefaults, type CnnOptions, resolveCnn } from './options';

const TEXT: CnnDefaults = {
  conv: { filters: [32, 64], repeats: 1, kernelSizes: [3, 3], dropout: 0.25, lastPool: true },
  features: 'flatten',
  dense: { units: [512], batchNorm: true, dropout: 0.5 },
  head: { activation: 'softmax', dropout: 0 },
};

const CODE: CnnDefaults = {
  conv: { filters: [64, 128], repeats: 1, kernelSizes: [3, 5], dropout: 0.25, lastPool: true },
  features: 'flatten',
  dense: { units: [256], batchNorm: true, dropout: 0.5 },
  head: { activation: 'sigmoid', dropout: 0 },
};

/**
 * Creates the shallow model: two convolution blocks and one hidden dense layer.
 *
 * | layers | output | parameters |
 * | --- | --- | --- |
 * | `conv1` 32 3×3, batch norm, ReLU, 2×2 max-pool, dropout .25 | [n, 24, 24, 32] | 320 + 128 |
 * | `conv2` 64 3×3, batch norm, ReLU, 2×2 max-pool, dropout .25 | [n, 12, 12, 64] | 18,496 + 256 |
 * | `flatten` | [n, 9216] | |
 * | `fc1` 512, batch norm, ReLU, dropout .5 | [n, 512] | 4,719,104 + 2,048 |
 * | `probabilities` | [n, 7] | 3,591 |
 *
 * 4,743,943 parameters in total. 1,216 of them are batch-norm statistics, which are not trainable. The variant `'code'` has convolutions
 * 64 3×3 and 128 5×5, a hidden layer of 256 and a sigmoid output layer (4,928,007 parameters, 896 not trainable); train it with binary
 * cross-entropy.
 *
 * The hidden layer has batch norm, as in the deep model. The reference project does not specify it, but our runs without it learned
 * slower. `dense: { batchNorm: false }` turns it off.
 *
 * Kernels have He initialization (arXiv:1502.01852), the output layer has Glorot initialization.
 *
 * @param options The sizes, dropout, output layer, L2 regularization, input size, seed and variant.
 * @returns A model from preprocessed images `[n, 48, 48, 1]` float32 to probabilities `[n, 7]` in the order of {@link EMOTIONS};
 *   owned by the caller.
 * @throws {@link InputError} if an option is unknown or out of range. {@link BackendError} if no backend is ready.
 * @example
 * ```ts
 * const model = createShallowCnn({ seed: 1 });
 * const narrow = createShallowCnn({ conv: { filters: [8, 16] }, dense: { units: [64] } });
 * const code = createShallowCnn({ variant: 'code' });
 * ```
 */
export function createShallowCnn(options: CnnOptions = {}): tfl.LayersModel {
  return buildCnn(
    'shallow',
    within('createShallowCnn', () => resolveCnn(options, { text: TEXT, code: CODE })),
  );
}
