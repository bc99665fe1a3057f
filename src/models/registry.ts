import type * as tfl from '@tensorflow/tfjs-layers';
import { checkOneOf } from '../validate';
import { createCompactCnn } from './compact';
import { createDeepCnn } from './deep';
import type { CnnOptions } from './options';
import { createShallowCnn } from './shallow';

/** An architecture of the registry. */
interface ModelEntry {
  /** One line that says what it is. */
  readonly description: string;
  /** Number of parameters with default options, batch-norm statistics included. */
  readonly parameters: number;
  /** Builds the network. */
  readonly create: (options?: CnnOptions) => tfl.LayersModel;
}

/**
 * Name of a model of this package: of its architecture and of the weights that come with it.
 *
 * @example
 * ```ts
 * const name: ModelName = 'deep';
 * const model = createModel(name);
 * ```
 */
export type ModelName = 'shallow' | 'deep' | 'compact';

/**
 * Every architecture of this package by name.
 *
 * @example
 * ```ts
 * MODELS.deep.parameters; // 4478727
 * ```
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
 * The names of all models of this package, for `createModel`, `loadModel` and `MODELS`.
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

/**
 * Builds an architecture by its name, for programs that take the name from their user.
 *
 * @param name One of {@link listModels}.
 * @param options The options of that architecture.
 * @returns The model; the caller's, who disposes of it.
 * @throws {@link InputError} if there is no such architecture or an option is unknown or out of range. {@link BackendError} if no
 *   backend is ready.
 * @example
 * ```ts
 * const model = createModel('shallow', { seed: 1 });
 * ```
 */
export function createModel(name: ModelName, options: CnnOptions = {}): tfl.LayersModel {
  checkOneOf('createModel: name', name, listModels());
  return MODELS[name].create(options);
}
