import type { LabeledImages } from '../../src/data/batches';
import { Random } from '../../src/random';

/** Synthetic 16×16 pictures whose class is the place of a bright square on a noisy ground: easy to tell apart, quick to learn. */
export function squares(size: number, seed = 1, numClasses = 7): LabeledImages {
  const random = new Random(seed);
  const side = 16;
  const images = new Uint8Array(size * side * side).map(() => random.integer(80));
  const labels = Uint8Array.from({ length: size }, (_, i) => i % numClasses);
  labels.forEach((label, i) => {
    const [top, left] = [4 * Math.floor(label / 4) + 2, 4 * (label % 4)];
    for (let y = top; y < top + 4; y++) {
      images.fill(200 + random.integer(56), (i * side + y) * side + left, (i * side + y) * side + left + 4);
    }
  });
  const shape = { size, height: side, width: side, channels: 1, numClasses };
  return { images, labels, targets: undefined, sampleWeights: undefined, ...shape };
}
