import type { Advice, Sample } from './types';

/** Samples below which a class has few. */
const FEW = 5;

/** The spread of a class as a share of the spread of all samples, squared, below which its samples hardly differ. */
const ALIKE = 0.01;

/** The squared distance of copies as a share of the mean squared length. */
const SAME = 1e-6;

/** What is wrong with samples, the worst first. */
export function adviseOn(classNames: readonly string[], samples: readonly Sample[]): Advice[] {
  const advice: Advice[] = [];
  const add = (kind: Advice['kind'], labels: string[], message: string, ids: number[] = []) =>
    advice.push({ kind, labels, ids, message });
  const spread = spreadOf(samples);
  const classes = classNames.map((label) => ({ label, own: samples.filter((sample) => sample.label === label) }));
  for (const { label, own } of classes) {
    if (own.length === 0) add('empty', [label], `"${label}" has no samples. Add some, or remove the class.`);
  }
  for (const { first, second } of copiesIn(samples)) {
    const message = `The same image is in "${first.label}" and in "${second.label}". Remove one of them.`;
    add('copies', [first.label, second.label], message, [first.id, second.id]);
  }
  const shown = classes.filter(({ own }) => own.length > 0);
  for (const { label, own } of shown) {
    if (own.length >= FEW) continue;
    const count = own.length === 1 ? '1 sample' : `${own.length} samples`;
    add('few', [label], `"${label}" has only ${count}. Add at least ${FEW}.`);
  }
  for (const { label, own } of shown) {
    if (new Set(own.map(({ take }) => take)).size > 1) continue;
    add('oneTake', [label], `All samples of "${label}" are of one take. Record it once more, at another time.`);
  }
  for (const { label, own } of shown) {
    if (classes.length < 2 || own.length < FEW || spreadOf(own) > ALIKE * spread) continue;
    add('oneSided', [label], `The samples of "${label}" hardly differ. Move the head, or show other people.`);
  }
  return advice;
}

/** The mean squared distance of the samples from their mean. */
function spreadOf(samples: readonly Sample[]): number {
  if (samples.length === 0) return 0;
  const mean = new Float64Array(samples[0]!.vector.length);
  for (const { vector } of samples) vector.forEach((value, i) => (mean[i]! += value / samples.length));
  return samples.reduce((sum, { vector }) => sum + squaredDistance(vector, mean), 0) / samples.length;
}

/**
 * The pairs of copies in two classes, each sample with its first copy. Copies have nearly the same length, so only neighbors in the order
 * of their lengths are compared.
 */
function copiesIn(samples: readonly Sample[]): { first: Sample; second: Sample }[] {
  const lengths = samples.map((sample) => ({ sample, length: Math.sqrt(squaredLength(sample.vector)) }));
  lengths.sort((a, b) => a.length - b.length);
  const mean = lengths.reduce((sum, { length }) => sum + length * length, 0) / lengths.length;
  const reach = Math.sqrt(SAME * mean);
  const pairs = lengths.flatMap(({ sample, length }, i) => {
    for (let j = i + 1; j < lengths.length && lengths[j]!.length - length <= reach; j++) {
      const other = lengths[j]!.sample;
      if (other.label === sample.label || squaredDistance(other.vector, sample.vector) > SAME * mean) continue;
      return [sample.id < other.id ? { first: sample, second: other } : { first: other, second: sample }];
    }
    return [];
  });
  return pairs.sort((a, b) => a.first.id - b.first.id);
}

const squaredLength = (vector: Float32Array) => vector.reduce((sum, value) => sum + value * value, 0);

/** The squared Euclidean distance of two vectors. */
function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
