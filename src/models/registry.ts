import type * as tfl from '@tensorflow/tfjs-layers';
import { createCompactCnn } from './compact';
import { createDeepCnn } from './deep';
import type { CnnOptions } from './options';
import { createShallowCnn } from './shallow';

/** An architecture of the registry. */
interface ModelEntry {
  /** A description in one line. */
  readonly description: string;
  /** The number of parameters with default options, including batch-norm statistics. */
  readonly parameters: number;
  /** Builds the model. */
  readonly create: (options?: CnnOptions) => tfl.LayersModel;
}

/** The name of a model of this package: of its architecture and its bundled weights. */
export type ModelName = 'shallow' | 'deep' | 'compact';

/**
 * The architectures of this package by name.
 */
export const MODELS: Readonly<Record<ModelName, ModelEntry>> = {
  compact: {
    description: 'Four convolution blocks (32, 64, 96, 192) and average pooling',
    parameters: 1_112_679,
    create: createCompactCnn,
  },
  shallow: {
    description: 'Two convolution blocks (32, 64) and a hidden layer of 512',
    parameters: 4_743_943,
    create: createShallowCnn,
  },
  deep: {
    description: 'Four convolution blocks (64, 128 5×5, 512, 512) and hidden layers of 256 and 512',
    parameters: 4_478_727,
    create: createDeepCnn,
  },
};

/**
 * Lists the models of this package, for `createModel`, `loadModel` and `MODELS`.
 *
 * @returns The names; the first is the default of {@link loadModel}.
 * @example
 * ```ts
 * listModels(); // ['compact', 'shallow', 'deep']
 * ```
 */
export function listModels(): ModelName[] {
  return Object.keys(MODELS) as ModelName[];
}
