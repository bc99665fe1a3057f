import type * as tfl from '@tensorflow/tfjs-layers';
import type { Preprocessing } from '../image/preprocess';

/** The facts about a model that training, evaluation and classification need. */
export interface ModelFacts {
  /** The class names in the order of the outputs. */
  readonly classNames?: readonly string[];
  /** The preprocessing of images. */
  readonly preprocessing?: Preprocessing;
  /** Whether the outputs are probabilities (default) or logits. */
  readonly outputs?: 'probabilities' | 'logits';
}

/** The key of the facts in a model's user-defined metadata, which tfjs saves and loads. */
const KEY = 'ferCnnCard';

/**
 * Returns the facts that are stored with a model. Builders, `train` and `loadModel` write them, and tfjs saves them with the model.
 *
 * @param model The model; borrowed.
 * @returns The facts, not validated; empty for other models.
 */
export function factsOf(model: tfl.LayersModel): ModelFacts {
  return factsIn(model.getUserDefinedMetadata());
}

/** The facts in user-defined metadata, for instance of a saved model. */
export function factsIn(metadata: object | undefined): ModelFacts {
  const { [KEY]: facts } = { ...metadata } as Record<string, unknown>;
  return typeof facts === 'object' && facts !== null ? facts : {};
}

/** Adds facts to those that are stored with a model. */
export function addFacts<T extends tfl.LayersModel>(model: T, facts: ModelFacts): T {
  model.setUserDefinedMetadata(withFacts(model.getUserDefinedMetadata(), facts));
  return model;
}

/** Adds facts to user-defined metadata. */
export const withFacts = (metadata: object | undefined, facts: ModelFacts) => ({
  ...metadata,
  [KEY]: { ...factsIn(metadata), ...facts },
});

/** Whether a model, or one of its weights, was disposed of. */
export function hasLostWeights(model: tfl.LayersModel): boolean {
  try {
    for (const weight of model.weights) weight.read();
    return false;
  } catch {
    return true;
  }
}
