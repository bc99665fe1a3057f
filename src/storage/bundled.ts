// oxlint-disable-next-line typescript/triple-slash-reference -- ambient modules have nothing to import
/// <reference path="./modules.d.ts" />
import type * as tf from '@tensorflow/tfjs-core';
import { WeightsError } from '../errors';
import type { ModelName } from '../models/registry';
import type { ModelCard } from './card';

/** The default export of `fer-cnn/weights/<name>`. */
export interface WeightsModule {
  /** Topology and weight manifest. */
  modelJson: tf.io.ModelJSON;
  /** All weight data in base64. */
  weightsBase64: string;
  /** The card. */
  card: ModelCard;
}

/** Each module by a literal path, so that bundlers see them, and imported only when asked for. */
const MODULES: Readonly<Record<ModelName, () => Promise<{ default: WeightsModule }>>> = {
  compact: () => import('fer-cnn/weights/compact'),
  deep: () => import('fer-cnn/weights/deep'),
  shallow: () => import('fer-cnn/weights/shallow'),
};

/** The bundled weights that are taken where no others are named. */
export const DEFAULT_MODEL: ModelName = 'compact';

/** Names of the weights that come with this package. */
export const BUNDLED_MODELS = Object.freeze(Object.keys(MODULES) as ModelName[]);

/** Whether a value names weights that come with this package. */
export const isBundled = (source: unknown): source is ModelName => BUNDLED_MODELS.includes(source as ModelName);

/**
 * Imports weights that come with this package: no network and no file access.
 *
 * @param name Their name.
 * @returns The module's default export.
 * @throws {@link WeightsError} if it cannot be imported.
 */
export async function importBundled(name: ModelName): Promise<WeightsModule> {
  try {
    return (await MODULES[name]()).default;
  } catch (cause) {
    const isServiceWorker = 'ServiceWorkerGlobalScope' in globalThis;
    throw new WeightsError({
      where: `weights '${name}'`,
      expected: `the module fer-cnn/weights/${name}`,
      received: isServiceWorker ? 'a service worker, where import() is forbidden' : 'none that can be imported',
      remedy: isServiceWorker
        ? `Write \`import weights from 'fer-cnn/weights/${name}'\` and pass it to loadClassifier(weights).`
        : 'Install the package again or, in its repository, run npm run build.',
      cause,
    });
  }
}
