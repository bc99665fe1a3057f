import { within } from '../errors';
import type * as tfl from '@tensorflow/tfjs-layers';
import { buildCnn } from './blocks';
import { type CnnDefaults, type CnnOptions, resolveCnn } from './options';

const TEXT: CnnDefaults = {
  conv: { filters: [64, 128, 512, 512], repeats: 1, kernelSizes: [3, 5, 3, 3], dropout: 0.25, lastPool: true },
  features: 'flatten',
  dense: { units: [256, 512], batchNorm: true, dropout: 0.25 },
  head: { activation: 'softmax', dropout: 0 },
};

const CODE: CnnDefaults = { ...TEXT, head: { activation: 'sigmoid', dropout: 0 } };

/**
 * Creates the deep model: four convolution blocks and two hidden dense layers.
 *
 * | layers | output | parameters |
 * | --- | --- | --- |
 * | `conv1` 64 3×3, batch norm, ReLU, 2×2 max-pool, dropout .25 | [n, 24, 24, 64] | 640 + 256 |
 * | `conv2` 128 5×5, the same | [n, 12, 12, 128] | 204,928 + 512 |
 * | `conv3` 512 3×3, the same | [n, 6, 6, 512] | 590,336 + 2,048 |
 * | `conv4` 512 3×3, the same | [n, 3, 3, 512] | 2,359,808 + 2,048 |
 * | `flatten` | [n, 4608] | |
 * | `fc1` 256, batch norm, ReLU, dropout .25 | [n, 256] | 1,179,904 + 1,024 |
 * | `fc2` 512, batch norm, ReLU, dropout .25 | [n, 512] | 131,584 + 2,048 |
 * | `probabilities` | [n, 7] | 3,591 |
 *
 * 4,478,727 parameters in total. 3,968 of them are batch-norm statistics, which are not trainable. The variant `'code'` has a sigmoid
 * output layer instead; train it with binary cross-entropy.
 *
 * Kernels have He initialization (arXiv:1502.01852), the output layer has Glorot initialization.
 *
 * @param options The sizes, dropout, output layer, L2 regularization, input size, seed and variant.
 * @returns A model from preprocessed images `[n, 48, 48, 1]` float32 to probabilities `[n, 7]` in the order of {@link EMOTIONS};
 *   owned by the caller.
 * @throws {@link InputError} if an option is unknown or out of range. {@link BackendError} if no backend is ready.
 * @example
 * ```ts
 * const model = createDeepCnn({ seed: 1 });
 * const narrow = createDeepCnn({ conv: { filters: [8, 8, 16, 16] }, dense: { units: [32, 32] } });
 * ```
 */
export function createDeepCnn(options: CnnOptions = {}): tfl.LayersModel {
  return buildCnn(
    'deep',
    within('createDeepCnn', () => resolveCnn(options, { text: TEXT, code: CODE })),
  );
}
