import { Random } from '../random';
import { checkInteger, checkList, checkNumber, checkOptions } from '../validate';

/**
 * How to draw the resamples.
 *
 * @example
 * ```ts
 * bootstrapInterval([1, 1, 1], { samples: 100, seed: 1, confidence: 0.9 } satisfies BootstrapOptions).confidence; // 0.9
 * ```
 */
export interface BootstrapOptions {
  /** Number of resamples, 1..1,000,000. Default 1000. */
  samples?: number;
  /** Seed of the resamples, an integer of at least 0. Default 0. */
  seed?: number;
  /** Share of the resampled means that the interval covers, between 0 and 1. Default 0.95. */
  confidence?: number;
}

/**
 * A confidence interval.
 *
 * @example
 * ```ts
 * const { lower, upper }: Interval = (await evaluate(model, dataset)).accuracyInterval;
 * ```
 */
export interface Interval {
  /** Lower end. */
  lower: number;
  /** Upper end. */
  upper: number;
  /** Confidence, for instance 0.95. */
  confidence: number;
}

/**
 * Percentile bootstrap interval for the mean of a sample. With 1 for each hit and 0 for each miss it is the interval of the
 * accuracy: how much the score owes to the choice of these test pictures, not to the seed of the training.
 *
 * Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.
 *
 * @param values The sample, `[n]`.
 * @param options Number of resamples, seed and confidence. The same seed gives the same interval everywhere.
 * @returns The interval; its ends are NaN for empty input.
 * @throws InputError if an option is unknown or out of range.
 * @example
 * ```ts
 * bootstrapInterval(labels.map((label, i) => (label === predictions[i] ? 1 : 0))); // { lower: 0.63, upper: 0.66, confidence: 0.95 }
 * ```
 */
export function bootstrapInterval(values: ArrayLike<number>, options: BootstrapOptions = {}): Interval {
  const { samples, seed, confidence } = fillBootstrap('bootstrapInterval', options);
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
 * Checks the options and fills in what is left out, so that a mistake is seen before the work that precedes the resampling.
 *
 * @param where The argument, for the message.
 * @param options Number of resamples, seed and confidence.
 * @returns All three.
 * @throws InputError if an option is unknown or out of range.
 */
export function fillBootstrap(where: string, options: BootstrapOptions): Required<BootstrapOptions> {
  checkOptions(where, options, ['samples', 'seed', 'confidence']);
  const { samples = 1000, seed = 0, confidence = 0.95 } = options;
  checkInteger(`${where}: samples`, samples, { min: 1, max: 1_000_000 });
  checkInteger(`${where}: seed`, seed, { min: 0 });
  checkNumber(`${where}: confidence`, confidence, { min: 0, max: 1 });
  return { samples, seed, confidence };
}

/** The quantile of sorted numbers, interpolated linearly as NumPy does by default. */
function quantile(sorted: Float64Array, fraction: number): number {
  const position = fraction * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
  return below + (above - below) * (position - Math.floor(position));
}
