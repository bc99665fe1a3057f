import { type LabeledVectors, type LinearHead, meansOf } from './linear';

/** The logit by which a vector at the mean of its class is ahead of another class, in the mean over pairs. */
const MARGIN = 3;

/**
 * The head that names the class whose mean vector is nearest: `-|v - mean|² / 2` differs from `mean · v - |mean|² / 2` by the same number
 * for all classes. The scale follows from the distances between the means, so that it works from one sample per class on.
 *
 * Source: Snell et al. 2017, (arXiv:1703.05175), section 2.4.
 */
export function fitPrototypes(data: LabeledVectors): LinearHead {
  const { classes } = data;
  const means = meansOf(data);
  const size = means.length / classes;
  const rows = Array.from({ length: classes }, (_, k) => means.subarray(k * size, (k + 1) * size));
  let [sum, pairs] = [0, 0];
  rows.forEach((a, k) => {
    for (const b of rows.slice(0, k)) {
      sum += squaredDistance(a, b) / 2;
      pairs++;
    }
  });
  const scale = sum > 0 ? (MARGIN * pairs) / sum : 0; // no class differs from another
  return {
    weights: means.map((value) => value * scale),
    bias: Float64Array.from(rows, (row) => (-scale / 2) * row.reduce((total, value) => total + value * value, 0)),
  };
}

/** The squared Euclidean distance of two vectors. */
export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
