import type { Sample } from './types';

/** A dense layer on vectors: the logits `weights · vector + bias`. */
export interface LinearHead {
  /** Row by row, `[classes, size]`. */
  readonly weights: Float64Array;
  /** `[classes]`. */
  readonly bias: Float64Array;
}

/** Vectors with their classes. */
export interface LabeledVectors {
  /** `[n]`, each of the same length. */
  readonly vectors: readonly ArrayLike<number>[];
  /** The index of the class of each vector. */
  readonly labels: readonly number[];
  /** The number of classes, each with at least one vector. */
  readonly classes: number;
}

/** The vectors of samples, with the classes in an order. */
export function toVectors(samples: readonly Sample[], classNames: readonly string[]): LabeledVectors {
  const index = new Map(classNames.map((name, i) => [name, i]));
  return {
    vectors: samples.map(({ vector }) => vector),
    labels: samples.map(({ label }) => index.get(label)!),
    classes: classNames.length,
  };
}

/** The logits of a vector, `[classes]`. */
export function logitsOf({ weights, bias }: LinearHead, vector: ArrayLike<number>): Float64Array {
  const size = vector.length;
  return bias.map((start, k) => {
    let sum = start;
    for (let i = 0, at = k * size; i < size; i++) sum += weights[at + i]! * vector[i]!;
    return sum;
  });
}

/** The mean vector of each class, row by row `[classes, size]`. */
export function meansOf({ vectors, labels, classes }: LabeledVectors): Float64Array {
  const size = vectors[0]!.length;
  const [means, counts] = [new Float64Array(classes * size), new Float64Array(classes)];
  vectors.forEach((vector, n) => {
    const k = labels[n]!;
    counts[k]!++;
    for (let i = 0; i < size; i++) means[k * size + i]! += vector[i]!;
  });
  return means.map((sum, at) => sum / counts[Math.floor(at / size)]!);
}

/**
 * Adds a class to a head that is the most probable where the best of the others has less than a probability: exactly so with two
 * classes, and with more if the others share the rest. Its logit is constant, and the others are shifted so that their sum is 0.
 *
 * @param head The head; borrowed.
 * @param threshold The probability, above 1 / classes and below 1.
 */
export function withRejection({ weights, bias }: LinearHead, threshold: number): LinearHead {
  const classes = bias.length;
  const size = weights.length / classes;
  const center = (values: Float64Array, width: number) => {
    const mean = (i: number) => {
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += values[k * width + i]!;
      return sum / classes;
    };
    const means = Float64Array.from({ length: width }, (_, i) => mean(i));
    return values.map((value, at) => value - means[at % width]!);
  };
  const logit = ((classes - 1) / classes) * Math.log((threshold * (classes - 1)) / (1 - threshold));
  return {
    weights: Float64Array.from([...center(weights, size), ...new Float64Array(size)]),
    bias: Float64Array.from([...center(bias, 1), logit]),
  };
}
