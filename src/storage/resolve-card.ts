import type * as tfl from '@tensorflow/tfjs-layers';
import { resolveFacts } from '../models/facts';
import { factsOf } from '../models/known-facts';
import { checkOptions } from '../validate';
import type { CardDraft, ModelCard } from './card';
import { notes } from './card-schema';

const FACTS = ['classNames', 'pixels', 'preprocessing', 'outputs'] as const;
const NOTES = [
  ...['name', 'architecture', 'description', 'data', 'training', 'metrics', 'perClass', 'quantization', 'calibration'],
  ...['versions', 'license', 'taught', 'intendedUse', 'limitations'],
] as const;
/** What follows from the model and its stored weights: a loaded card has it, and it is found out again. */
const DERIVED = ['formatVersion', 'parameters', 'weights'] as const;

/**
 * The card of a model: what the caller says, completed by what the model knows about itself.
 *
 * @param where The argument, for messages.
 * @param model The model; borrowed.
 * @param given What the caller says: a draft, or the card of a loaded model.
 * @param name The name where neither says one. Default: the name of the model.
 * @returns The card, without `weights`.
 * @throws {@link InputError} if class names or preprocessing are not known or do not fit the model. {@link WeightsError} that names the key,
 *   if another part is not valid.
 */
export function resolveCard(
  where: string,
  model: tfl.LayersModel,
  given: CardDraft | ModelCard = {},
  name = model.name,
): Omit<ModelCard, 'weights'> {
  checkOptions(where, given, [...FACTS, ...NOTES, ...DERIVED]);
  const { classNames, preprocessing, outputs } = resolveFacts(where, model, given);
  const known = pick({ ...factsOf(model), ...given }, NOTES);
  notes(`${where}:`, known);
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

function pick(from: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(from).filter(([key, value]) => keys.includes(key) && value !== undefined));
}
