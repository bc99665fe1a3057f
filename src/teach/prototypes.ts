import { type LabeledVectors, type LinearHead, meansOf } from './linear';

/** The logit by which a vector that points like its class is ahead of another class, in the mean over pairs. */
const MARGIN = 3;

/**
 * The head that names the class whose samples point in the nearest direction (cosine similarity). The length of a vector says how clear a
 * face is, and hardly what it shows; with few samples it would shift the border between two classes. The scale follows from the
 * directions, so that it works from one sample per class on.
 *
 * Source: Snell et al. 2017 (arXiv:1703.05175), with the cosine in place of the distance.
 */
export function fitPrototypes(data: LabeledVectors): LinearHead {
  const { classes } = data;
  const { vectors, length } = unitVectors(data.vectors);
  const { weights } = directionsOf({ ...data, vectors });
  const size = weights.length / classes;
  const rows = Array.from({ length: classes }, (_, k) => weights.subarray(k * size, (k + 1) * size));
  let [lead, pairs] = [0, 0];
  rows.forEach((a, k) => {
    for (const b of rows.slice(0, k)) {
      lead += 1 - a.reduce((sum, value, i) => sum + value * b[i]!, 0);
      pairs++;
    }
  });
  const scale = lead > 1e-6 ? (MARGIN * pairs) / (lead * length) : 0; // 0: no class differs from another
  return { weights: weights.map((value) => value * scale), bias: new Float64Array(classes) };
}

/** Vectors scaled to length 1, and their mean length; vectors of zeros stay. */
export function unitVectors(vectors: LabeledVectors['vectors']): { vectors: Float64Array[]; length: number } {
  const lengths = vectors.map(lengthOf);
  return {
    vectors: vectors.map((vector, n) => Float64Array.from(vector, (value) => value / (lengths[n]! || 1))),
    length: lengths.reduce((sum, length) => sum + length, 0) / lengths.length || 1,
  };
}

/** The head whose logits are the cosines of a unit vector and the mean of each class. */
export function directionsOf(units: LabeledVectors): LinearHead {
  const means = meansOf(units);
  const size = means.length / units.classes;
  const weights = Float64Array.from(means);
  for (let k = 0; k < units.classes; k++) {
    const row = weights.subarray(k * size, (k + 1) * size);
    const length = lengthOf(row) || 1;
    row.forEach((value, i) => (row[i] = value / length));
  }
  return { weights, bias: new Float64Array(units.classes) };
}

function lengthOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! ** 2;
  return Math.sqrt(sum);
}
