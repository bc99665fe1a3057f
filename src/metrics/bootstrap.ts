import { Random } from '../random';
import { integer, object, optional, type Schema, seed, share } from '../schema';
import { checkList } from '../validate';

/** Options of {@link bootstrapInterval}. */
export interface BootstrapOptions {
  /** The number of resamples, 1..1,000,000. Default 1000. */
  samples?: number;
  /** The seed, an integer of at least 0. Default 0. */
  seed?: number;
  /** The confidence level, between 0 and 1. Default 0.95. */
  confidence?: number;
}

/** A confidence interval. */
export interface Interval {
  /** The lower end. */
  lower: number;
  /** The upper end. */
  upper: number;
  /** The confidence level, for instance 0.95. */
  confidence: number;
}

/**
 * Computes a percentile bootstrap interval for the mean of a sample. With 1 for each correct prediction and 0 for each wrong one, this
 * is the interval of the accuracy. It covers the choice of the test images, not the seed of the training.
 *
 * Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.
 *
 * @param values The sample, `[n]`.
 * @param options The number of resamples, the seed and the confidence level. The same seed gives the same interval on every machine.
 * @returns The interval; its ends are NaN for empty input.
 * @throws InputError if an option is unknown or out of range.
 * @example
 * ```ts
 * bootstrapInterval(labels.map((label, i) => (label === predictions[i] ? 1 : 0))); // { lower: 0.63, upper: 0.66, confidence: 0.95 }
 * ```
 */
export function bootstrapInterval(values: ArrayLike<number>, options: BootstrapOptions = {}): Interval {
  const { samples, seed, confidence } = parseBootstrap('bootstrapInterval', options);
  checkList('bootstrapInterval: values', values);
  const sample = Float64Array.from(values);
  const random = new Random(seed);
  const means = Float64Array.from({ length: samples }, () => {
    let total = 0;
    for (let i = 0; i < sample.length; i++) total += sample[random.integer(sample.length)]!;
    return total / sample.length;
  }).sort();
  return {
    lower: quantile(means, (1 - confidence) / 2),
    upper: quantile(means, (1 + confidence) / 2),
    confidence,
  };
}

/**
 * Checks the options and fills in the defaults.
 *
 * @param options The number of resamples, the seed and the confidence level.
 */
export const parseBootstrap = object({
  samples: optional(integer({ min: 1, max: 1_000_000 }), 1000),
  seed,
  confidence: optional(share, 0.95),
} satisfies Schema<BootstrapOptions>);

/** The quantile of sorted numbers, with linear interpolation, as in NumPy. */
function quantile(sorted: Float64Array, fraction: number): number {
  const position = fraction * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
  return below + (above - below) * (position - Math.floor(position));
}
