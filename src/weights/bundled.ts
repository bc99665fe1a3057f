// oxlint-disable-next-line typescript/triple-slash-reference -- ambient modules have nothing to import
/// <reference path="./modules.d.ts" />
import type * as tf from '@tensorflow/tfjs-core';
import { WeightsError } from '../errors';
import { checkOneOf } from '../validate';
import { bytesOfBase64 } from './base64';
import type { ModelCard } from './card';
import type { EncodedModel } from './encode';

/**
 * The default export of `fer-cnn/weights/<name>`.
 *
 * @example
 * ```ts
 * const module: WeightsModule = (await import('fer-cnn/weights/shallow')).default;
 * const classifier = await loadClassifier(module); // no other weights get into the bundle
 * ```
 */
export interface WeightsModule {
  /** Topology and weight manifest. */
  modelJson: tf.io.ModelJSON;
  /** All weight data in base64. */
  weightsBase64: string;
  /** The card. */
  card: ModelCard;
}

/**
 * Name of weights that come with this package.
 *
 * @example
 * ```ts
 * const name: BundledModel = 'deep';
 * const classifier = await loadClassifier(name);
 * ```
 */
export type BundledModel = 'compact' | 'deep' | 'shallow';

/** Each module by a literal path, so that bundlers see them, and imported only when asked for. */
const MODULES: Readonly<Record<BundledModel, () => Promise<{ default: WeightsModule }>>> = {
  compact: () => import('fer-cnn/weights/compact'),
  deep: () => import('fer-cnn/weights/deep'),
  shallow: () => import('fer-cnn/weights/shallow'),
};

/**
 * The bundled weights for which `'default'` stands.
 *
 * @example
 * ```ts
 * DEFAULT_MODEL; // 'compact'
 * ```
 */
export const DEFAULT_MODEL: BundledModel = 'compact';

/**
 * Names of the weights that come with this package.
 *
 * @example
 * ```ts
 * BUNDLED_MODELS; // ['compact', 'deep', 'shallow']
 * ```
 */
export const BUNDLED_MODELS: readonly BundledModel[] = Object.freeze(Object.keys(MODULES) as BundledModel[]);

/**
 * Reads weights that come with this package: no network and no file access. Usually `loadWeights` or `loadClassifier` does this.
 *
 * @param name One of {@link BUNDLED_MODELS}, or `'default'` for {@link DEFAULT_MODEL}.
 * @returns The stored parts, for `decodeModel` or to be written to files.
 * @throws {@link InputError} if there are no weights of that name.
 * @throws {@link WeightsError} if their module cannot be imported.
 * @example
 * ```ts
 * const { card } = await readBundled('shallow');
 * console.log(card.metrics);
 * ```
 */
export async function readBundled(name: BundledModel | 'default'): Promise<EncodedModel> {
  checkOneOf('readBundled: name', name, [...BUNDLED_MODELS, 'default']);
  const resolved = name === 'default' ? DEFAULT_MODEL : name;
  try {
    const { modelJson, weightsBase64, card } = (await MODULES[resolved]()).default;
    return { modelJson, weights: bytesOfBase64(weightsBase64), card };
  } catch (cause) {
    throw new WeightsError({
      where: `weights '${resolved}'`,
      expected: `the module fer-cnn/weights/${resolved}`,
      received: 'none that can be imported',
      remedy: 'Install the package again or, in its repository, run npm run build.',
      cause,
    });
  }
}
