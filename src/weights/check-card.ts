import type { CardDraft, ModelCard } from './card';
import { card, draft } from './card-schema';

/**
 * Throws unless a value is what an author has to write on a card, key by key; unknown keys are refused.
 *
 * @param value The value to look at.
 * @param where What it is, for the message. Default `card`.
 * @throws `WeightsError` that names the key.
 * @example
 * ```ts
 * checkCardDraft({ name: 'mine', architecture: 'shallow', labels: EMOTIONS, preprocessing: DEFAULT_PREPROCESSING });
 * ```
 */
export function checkCardDraft(value: unknown, where = 'card'): asserts value is CardDraft {
  draft(`${where}:`, value);
}

/**
 * Throws unless a value is a whole card, key by key; unknown keys are refused.
 *
 * @param value The value to look at, for instance the parsed `card.json`.
 * @param where What it is, for the message. Default `card`.
 * @throws `WeightsError` that names the key.
 * @example
 * ```ts
 * checkCard(JSON.parse(text), 'card.json');
 * ```
 */
export function checkCard(value: unknown, where = 'card'): asserts value is ModelCard {
  card(`${where}:`, value);
}
