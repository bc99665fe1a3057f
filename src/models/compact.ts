import type * as tfl from '@tensorflow/tfjs-layers';
import { buildCnn } from './blocks';
import { type CnnDefaults, type CnnOptions, resolveCnn } from './options';

const COMPACT: CnnDefaults = {
  conv: { filters: [24, 48, 96, 192], repeats: 2, kernelSizes: 3, dropout: 0.05, lastPool: false },
  features: 'average',
  dense: { units: [], batchNorm: true, dropout: 0 },
  head: { activation: 'softmax', dropout: 0.2 },
};

/**
 * The compact network, in the manner of VGG: four blocks of two 3×3 convolutions that double the channels as they halve the picture,
 * then the mean of each channel instead of hidden dense layers. It has a seventh of the parameters of the other two networks, and
 * takes pictures of any size from 8×8 pixels on.
 *
 * | layers | output | parameters |
 * | --- | --- | --- |
 * | `conv1`, `conv1b` 24 3×3, each with batch norm and ReLU; 2×2 max-pool, dropout .05 | [n, 24, 24, 24] | 5 448 + 192 |
 * | `conv2`, `conv2b` 48 3×3, the same | [n, 12, 12, 48] | 31 200 + 384 |
 * | `conv3`, `conv3b` 96 3×3, the same | [n, 6, 6, 96] | 124 608 + 768 |
 * | `conv4`, `conv4b` 192 3×3, the same without a pool | [n, 6, 6, 192] | 498 048 + 1 536 |
 * | `average` | [n, 192] | |
 * | dropout .2, `probabilities` | [n, 7] | 1 351 |
 *
 * In all 663 535 parameters, 1 440 of them batch-norm statistics, which are not trained.
 *
 * After Simonyan and Zisserman 2015 (arXiv:1409.1556); global average pooling after Lin et al. 2014 (arXiv:1312.4400). Kernels are
 * initialised as by He et al. 2015 (arXiv:1502.01852), the head as by Glorot and Bengio 2010.
 *
 * @param options Sizes, dropout, head, L2, input size or seed.
 * @returns A model from preprocessed pictures `[n, 48, 48, 1]` float32 to probabilities `[n, 7]` in the order of {@link EMOTIONS}; the
 *   caller's, who disposes of it.
 * @throws {@link InputError} if an option is unknown or out of range.
 * @example
 * ```ts
 * const model = createCompactCnn({ seed: 1 });
 * const wide = createCompactCnn({ conv: { filters: [32, 64, 128, 256], repeats: [2, 2, 3, 3] } });
 * ```
 */
export function createCompactCnn(options: CnnOptions = {}): tfl.LayersModel {
  return buildCnn('compact', resolveCnn('createCompactCnn', options, { text: COMPACT }));
}
