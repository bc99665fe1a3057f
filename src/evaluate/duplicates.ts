import type { LabeledImages } from '../data/batches';
import { ImageIndex, pixelsOf } from '../data/copies';
import { inputError } from '../errors';

/**
 * Finds images that are also in another set, with identical pixels. FER2013 has such duplicates across its splits; they make test
 * scores too optimistic.
 *
 * @param data The images to look for; borrowed.
 * @param known The set to search, with images of the same size; borrowed.
 * @returns `[data.size]`, 1 for each image that is in `known`, otherwise 0.
 * @throws InputError if height, width or channels differ.
 */
export function findCopies(data: LabeledImages, known: LabeledImages): Uint8Array {
  if (known.height !== data.height || known.width !== data.width || known.channels !== data.channels) {
    throw inputError(
      'evaluate: trainingSet',
      `images of ${data.height} × ${data.width} × ${data.channels}, like the data`,
      `${known.height} × ${known.width} × ${known.channels}`,
    );
  }
  const index = new ImageIndex();
  for (let i = 0; i < known.size; i++) index.add(pixelsOf(known, i));
  return Uint8Array.from({ length: data.size }, (_, i) => (index.find(pixelsOf(data, i)) === undefined ? 0 : 1));
}
