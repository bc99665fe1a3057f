import { within } from '../errors';
import type * as tfl from '@tensorflow/tfjs-layers';
import { buildCnn } from './blocks';
import { type CnnDefaults, type CnnOptions, resolveCnn } from './options';

const COMPACT: CnnDefaults = {
  conv: { filters: [32, 64, 96, 192], repeats: [1, 2, 3, 3], kernelSizes: 3, dropout: 0, lastPool: false },
  features: 'average',
  dense: { units: [], batchNorm: true, dropout: 0 },
  head: { activation: 'softmax', dropout: 0.2 },
};

/**
 * Creates the compact model, in the style of VGG: four blocks of one, two, three and three 3×3 convolutions, then global average pooling
 * instead of hidden dense layers. It has a quarter of the parameters of the other two models, and its input can be any size from 8×8
 * pixels up.
 *
 * | layers | output | parameters |
 * | --- | --- | --- |
 * | `conv1` 32 3×3 with batch norm and ReLU; 2×2 max-pool | [n, 24, 24, 32] | 320 + 128 |
 * | `conv2`, `conv2b` 64 3×3, each the same; one pool | [n, 12, 12, 64] | 55,424 + 512 |
 * | `conv3`, `conv3b`, `conv3c` 96 3×3, the same | [n, 6, 6, 96] | 221,472 + 1,152 |
 * | `conv4`, `conv4b`, `conv4c` 192 3×3, the same without a pool | [n, 6, 6, 192] | 830,016 + 2,304 |
 * | `average` | [n, 192] | |
 * | dropout .2, `probabilities` | [n, 7] | 1,351 |
 *
 * 1,112,679 parameters in total. 2,048 of them are batch-norm statistics, which are not trainable.
 *
 * Sources: Simonyan and Zisserman 2015 (arXiv:1409.1556); global average pooling: Lin et al. 2014 (arXiv:1312.4400). Kernels have He
 * initialization (arXiv:1502.01852), the output layer has Glorot initialization.
 *
 * @param options The sizes, dropout, output layer, L2 regularization, input size and seed.
 * @returns A model from preprocessed images `[n, 48, 48, 1]` float32 to probabilities `[n, 7]` in the order of {@link EMOTIONS};
 *   owned by the caller.
 * @throws {@link InputError} if an option is unknown or out of range. {@link BackendError} if no backend is ready.
 * @example
 * ```ts
 * const model = createCompactCnn({ seed: 1 });
 * const narrow = createCompactCnn({ conv: { filters: [16, 32, 48, 96] } });
 * ```
 */
export function createCompactCnn(options: CnnOptions = {}): tfl.LayersModel {
  return buildCnn(
    'compact',
    within('createCompactCnn', () => resolveCnn(options, { text: COMPACT })),
  );
}
