import type { LabeledImages } from './batches';
import { copyRows } from './rows';

/**
 * Copies some images with their labels, targets and weights.
 *
 * @param data The images; borrowed.
 * @param indices The indices of images; repeated indices repeat the image.
 * @returns The images in the order of the indices.
 */
export function selectImages<Images extends LabeledImages['images']>(
  data: LabeledImages & { readonly images: Images },
  indices: ArrayLike<number>,
): LabeledImages & { readonly images: Images } {
  const { images, labels, targets, teacher, sampleWeights, height, width, channels, numClasses, classNames } = data;
  const size = indices.length;
  const pixels = size * height * width * channels;
  const all = images instanceof Float32Array ? new Float32Array(pixels) : new Uint8Array(pixels);
  const floats = (from: Float32Array, length: number) => copyRows(from, indices, new Float32Array(size * length));
  return {
    ...{ size, height, width, channels, numClasses, classNames },
    images: copyRows(images, indices, all) as Images,
    labels: Uint8Array.from(indices, (i) => labels[i]!),
    targets: targets && floats(targets, numClasses),
    teacher: teacher && floats(teacher, numClasses),
    sampleWeights: sampleWeights && floats(sampleWeights, 1),
  };
}
