import type * as tfl from '@tensorflow/tfjs-layers';
import { GIVEN_FACTS, resolveFacts } from '../models/facts';
import { factsOf } from '../models/known-facts';
import { object, unchecked } from '../schema';
import type { CardDraft, ModelCard } from './card';
import { DERIVED_KEYS, NOTE_KEYS, notes } from './card-schema';

/**
 * The card of a model: what the caller says, completed by what the model knows about itself.
 *
 * @param model The model; borrowed.
 * @param given What the caller says: a draft, or the card of a loaded model.
 * @param name The name where neither says one. Default: the name of the model.
 * @returns The card, without `weights`.
 * @throws {@link InputError} if class names or preprocessing are not known or do not fit the model. {@link WeightsError} that names the key,
 *   if another part is not valid.
 */
export function resolveCard(
  model: tfl.LayersModel,
  given: CardDraft | ModelCard = {},
  name = model.name,
): Omit<ModelCard, 'weights'> {
  parseKeys('', given);
  const { classNames, preprocessing, outputs } = resolveFacts(model, given);
  const known = pick({ ...factsOf(model), ...given }, NOTE_KEYS);
  notes('', known);
  return {
    formatVersion: 1,
    name,
    architecture: model.name,
    ...known,
    classNames: [...classNames],
    preprocessing,
    ...(outputs === 'logits' && { outputs }),
    parameters: model.countParams(),
  };
}

/** The keys of a draft or a card; their values are checked one kind after another. */
const parseKeys = object({
  ...GIVEN_FACTS,
  ...Object.fromEntries([...NOTE_KEYS, ...DERIVED_KEYS].map((key) => [key, unchecked])),
});

function pick(from: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(from).filter(([key, value]) => keys.includes(key) && value !== undefined));
}
