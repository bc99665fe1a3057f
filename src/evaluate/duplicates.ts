import type { LabeledImages } from '../data/batches';
import { ImageIndex, pixelsOf } from '../data/copies';
import { inputError } from '../errors';

/**
 * Finds the pictures that stand in another set too, pixel by pixel the same. FER2013 has such pictures across its splits, and
 * a model is scored too well on those that it was trained on.
 *
 * @param data The pictures to look for; borrowed.
 * @param known The set to look in, with pictures of the same size; borrowed.
 * @returns `[data.size]`, 1 for each picture that stands in `known`, else 0.
 * @throws InputError if height, width or channels differ.
 * @example
 * ```ts
 * const isCopy = findCopies(dataset.where('PublicTest'), dataset.where('Training'));
 * ```
 */
export function findCopies(data: LabeledImages, known: LabeledImages): Uint8Array {
  if (known.height !== data.height || known.width !== data.width || known.channels !== data.channels) {
    throw inputError(
      'evaluate: trainingSet',
      `pictures of ${data.height} × ${data.width} × ${data.channels}, as the evaluated ones are`,
      `${known.height} × ${known.width} × ${known.channels}`,
    );
  }
  const index = new ImageIndex();
  for (let i = 0; i < known.size; i++) index.add(pixelsOf(known, i));
  return Uint8Array.from({ length: data.size }, (_, i) => (index.find(pixelsOf(data, i)) === undefined ? 0 : 1));
}
