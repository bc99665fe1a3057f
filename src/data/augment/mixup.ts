import type { Augmentation } from '../augment';

/** Mixes pairs of images, their targets and weights by factors drawn from Beta(alpha, alpha). */
export function mixPairs(alpha: number): Augmentation {
  return (batch, random) => {
    const partners = random.shuffle(Uint32Array.from({ length: batch.size }, (_, i) => i));
    const shares = Float32Array.from(partners, () => random.beta(alpha));
    blend(batch.images, batch.size, partners, shares);
    blend(batch.targets, batch.size, partners, shares);
    if (batch.teacher) blend(batch.teacher, batch.size, partners, shares);
    if (batch.sampleWeights) blend(batch.sampleWeights, batch.size, partners, shares);
  };
}

/** Row i becomes `share[i] * row + (1 - share[i]) * partner`. */
function blend(rows: Float32Array, size: number, partners: Uint32Array, shares: Float32Array): void {
  const before = rows.slice();
  const length = rows.length / size;
  for (let i = 0; i < size; i++) {
    const share = shares[i]!;
    const partner = partners[i]! * length;
    for (let p = 0, at = i * length; p < length; p++, at++) {
      rows[at] = share * before[at]! + (1 - share) * before[partner + p]!;
    }
  }
}
