import { softmaxRows } from '../metrics/probability';
import type { LabeledVectors, LinearHead } from './linear';

/** What the solver is told. */
export interface LogisticOptions {
  /** The head that the penalty draws to. */
  prior: LinearHead;
  /** The factor of half the squared difference from it, for vectors scaled to a mean squared length of 1 and the mean loss of a class. */
  penalty: number;
  /** Called between iterations, about every 40 ms; may throw to end the work. */
  pause: () => Promise<void>;
}

/** The length of the gradient at which the solver stops; that of the first step is about 1. */
const PRECISION = 1e-6;
const MOST_ITERATIONS = 1000;
const PATIENCE = 40; // ms

/**
 * Multinomial logistic regression with an L2 penalty: the unique minimum of a convex function, whatever the start. Each class counts
 * alike, however many samples it has.
 *
 * The minimum is found by Nesterov's accelerated gradient with the step 1 / L and the momentum for strongly convex functions (Nesterov
 * 2004, "Introductory Lectures on Convex Optimization", scheme 2.2.11), where L bounds the curvature: half the weighted mean of the squared
 * lengths (Böhning 1992), plus the penalty.
 */
export async function fitLogistic(
  data: LabeledVectors,
  { prior, penalty, pause }: LogisticOptions,
): Promise<LinearHead> {
  const { labels, classes } = data;
  const n = labels.length;
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]!++;
  const present = counts.filter((count) => count > 0).length;
  const weightOf = labels.map((label) => 1 / (counts[label]! * present)); // sums to 1
  const { rows, width, mean, scale } = standardized(data, weightOf);
  const start = standardizedHead(prior, mean, scale);

  let squares = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < width; j++) squares += weightOf[i]! * rows[i * width + j]! ** 2;
  }
  const curvature = squares / 2 + penalty;
  const root = Math.sqrt(penalty / curvature);
  const momentum = (1 - root) / (1 + root);

  let current = Float64Array.from(start);
  let ahead = Float64Array.from(start);
  let pausedAt = performance.now();
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const gradient = gradientOf(ahead, { rows, width, labels, weightOf, classes });
    let norm = 0;
    const next = ahead.map((value, at) => {
      const slope = gradient[at]! + penalty * (value - start[at]!);
      norm += slope * slope;
      return value - slope / curvature;
    });
    const before = current;
    ahead = next.map((value, at) => value + momentum * (value - before[at]!));
    current = next;
    if (Math.sqrt(norm) < PRECISION) break;
    if (performance.now() - pausedAt < PATIENCE) continue;
    await pause();
    pausedAt = performance.now();
  }
  return originalHead(current, classes, mean, scale);
}

/**
 * The vectors around their weighted mean, scaled to a mean squared length of 1, with a 1 for the bias behind each; and rows without weight,
 * up to a multiple of 4.
 */
function standardized({ vectors }: LabeledVectors, weightOf: readonly number[]) {
  const size = vectors[0]!.length;
  const mean = new Float64Array(size);
  vectors.forEach((vector, i) => {
    for (let j = 0; j < size; j++) mean[j]! += weightOf[i]! * vector[j]!;
  });
  const width = size + 1;
  const rows = new Float64Array(4 * Math.ceil(vectors.length / 4) * width); // the last ones may stay 0
  let squares = 0;
  vectors.forEach((vector, i) => {
    for (let j = 0; j < size; j++) {
      const value = vector[j]! - mean[j]!;
      rows[i * width + j] = value;
      squares += weightOf[i]! * value * value;
    }
  });
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 1;
  for (let at = 0; at < rows.length; at++) rows[at] = at % width === size ? 1 : rows[at]! * scale;
  return { rows, width, mean, scale };
}

interface Problem {
  readonly rows: Float64Array;
  readonly width: number;
  readonly labels: readonly number[];
  readonly weightOf: readonly number[];
  readonly classes: number;
}

/** The gradient of the mean loss, `[classes, width]`. Rows are read four at a time, which halves the time. */
function gradientOf(head: Float64Array, { rows, width, labels, weightOf, classes }: Problem): Float64Array {
  const n = rows.length / width;
  const logits = new Float64Array(n * classes);
  for (let i = 0; i < n; i += 4) {
    const [b0, b1, b2, b3] = [i * width, (i + 1) * width, (i + 2) * width, (i + 3) * width];
    for (let k = 0; k < classes; k++) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let j = 0, a = k * width; j < width; j++) {
        const value = head[a + j]!;
        s0 += value * rows[b0 + j]!;
        s1 += value * rows[b1 + j]!;
        s2 += value * rows[b2 + j]!;
        s3 += value * rows[b3 + j]!;
      }
      const at = i * classes + k;
      logits[at] = s0;
      logits[at + classes] = s1;
      logits[at + 2 * classes] = s2;
      logits[at + 3 * classes] = s3;
    }
  }
  const probabilities = softmaxRows(logits, classes);
  const errors = probabilities.map((value, at) => {
    const i = Math.floor(at / classes);
    return (weightOf[i] ?? 0) * (value - (at % classes === labels[i] ? 1 : 0));
  });
  const gradient = new Float64Array(classes * width);
  for (let i = 0; i < n; i += 4) {
    const [b0, b1, b2, b3] = [i * width, (i + 1) * width, (i + 2) * width, (i + 3) * width];
    for (let k = 0; k < classes; k++) {
      const at = i * classes + k;
      const [e0, e1] = [errors[at]!, errors[at + classes]!];
      const [e2, e3] = [errors[at + 2 * classes]!, errors[at + 3 * classes]!];
      for (let j = 0, a = k * width; j < width; j++) {
        gradient[a + j]! += e0 * rows[b0 + j]! + e1 * rows[b1 + j]! + e2 * rows[b2 + j]! + e3 * rows[b3 + j]!;
      }
    }
  }
  return gradient;
}

/** The head for standardized vectors: w · v + b = w / scale · z + (b + w · mean). */
function standardizedHead({ weights, bias }: LinearHead, mean: Float64Array, scale: number): Float64Array {
  const size = mean.length;
  const head = new Float64Array(bias.length * (size + 1));
  bias.forEach((value, k) => {
    let shift = value;
    for (let j = 0; j < size; j++) {
      head[k * (size + 1) + j] = weights[k * size + j]! / scale;
      shift += weights[k * size + j]! * mean[j]!;
    }
    head[k * (size + 1) + size] = shift;
  });
  return head;
}

function originalHead(head: Float64Array, classes: number, mean: Float64Array, scale: number): LinearHead {
  const size = mean.length;
  const weights = new Float64Array(classes * size);
  const bias = Float64Array.from({ length: classes }, (_, k) => {
    let shift = head[k * (size + 1) + size]!;
    for (let j = 0; j < size; j++) {
      const weight = head[k * (size + 1) + j]! * scale;
      weights[k * size + j] = weight;
      shift -= weight * mean[j]!;
    }
    return shift;
  });
  return { weights, bias };
}
