import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelCard } from '../../src/storage/card';
import { card as checkCard } from '../../src/storage/card-schema';

/**
 * Changes the card of bundled weights in this checkout. It is checked before and after, and replaced whole or not at all.
 *
 * @param name The weights.
 * @param change The new card from the old one.
 */
export async function updateCard(name: string, change: (card: ModelCard) => ModelCard): Promise<void> {
  const file = join('weights', name, 'card.json');
  const card = JSON.parse(await readFile(file, 'utf8')) as ModelCard;
  checkCard(`${file}:`, card);
  const changed = change(card);
  checkCard(`${file}:`, changed);
  await writeFile(`${file}.new`, `${JSON.stringify(changed, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
