import type * as tfl from '@tensorflow/tfjs-layers';
import type { Preprocessing } from '../image/preprocess';

/** What is known about a model, as far as training, evaluation and classification need it. */
export interface ModelFacts {
  /** Name of the class at each position of the output. */
  readonly classNames?: readonly string[];
  /** What is done to images before the model sees them. */
  readonly preprocessing?: Preprocessing;
  /** Whether the outputs are probabilities, as by default, or logits, which become probabilities by a softmax. */
  readonly outputs?: 'probabilities' | 'logits';
}

/** Key of a model's user-defined metadata under which tfjs saves and loads what is known about it. */
const KEY = 'ferCnnCard';

/**
 * What a model knows about itself: builders, `train` and `loadModel` write it, and tfjs saves it with the model.
 *
 * @param model The model; borrowed.
 * @returns What is known, not checked; empty for a model from elsewhere.
 */
export function factsOf(model: tfl.LayersModel): ModelFacts {
  return factsIn(model.getUserDefinedMetadata());
}

/** What user-defined metadata, for instance of a saved model, tells about the model. */
export function factsIn(metadata: object | undefined): ModelFacts {
  const { [KEY]: facts } = { ...metadata } as Record<string, unknown>;
  return typeof facts === 'object' && facts !== null ? facts : {};
}

/** Adds to what a model knows about itself. */
export function addFacts<T extends tfl.LayersModel>(model: T, facts: ModelFacts): T {
  model.setUserDefinedMetadata(withFacts(model.getUserDefinedMetadata(), facts));
  return model;
}

/** User-defined metadata with more facts. */
export const withFacts = (metadata: object | undefined, facts: ModelFacts) => ({
  ...metadata,
  [KEY]: { ...factsIn(metadata), ...facts },
});

/** Whether a model, or a weight of it, was disposed of. */
export function hasLostWeights(model: tfl.LayersModel): boolean {
  try {
    for (const weight of model.weights) weight.read();
    return false;
  } catch {
    return true;
  }
}
