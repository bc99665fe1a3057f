import { integer, number, object, optional, POSITIVE, type Schema } from '../schema';
import { checkNumber } from '../validate';

/**
 * A learning-rate schedule: the rate at a moment of training. Time is the number of epochs done so far, with a fraction within
 * an epoch, so that a schedule does not depend on the batch size.
 */
export type Schedule = (epoch: number) => number;

/**
 * The same rate throughout.
 *
 * @param rate Learning rate, above 0.
 * @returns The schedule.
 * @throws InputError if the rate is not a number above 0.
 * @example
 * ```ts
 * constant(0.01)(12.5); // 0.01
 * ```
 */
export function constant(rate: number): Schedule {
  checkNumber('constant: rate', rate, POSITIVE);
  return () => rate;
}

/**
 * Options of {@link stepDecay}.
 */
export interface StepDecayOptions {
  /** Learning rate at the start, above 0. */
  initial: number;
  /** Factor at each step, above 0. Default 0.1. */
  factor?: number;
  /** Epochs from one step to the next, above 0. */
  every: number;
}

const parseStepDecay = object({
  initial: number(POSITIVE),
  factor: optional(number(POSITIVE), 0.1),
  every: number(POSITIVE),
} satisfies Schema<StepDecayOptions>);

/**
 * A rate that falls by a factor every few epochs.
 *
 * @param options Start, factor and distance.
 * @returns The schedule.
 * @throws InputError if a value is out of range.
 * @example
 * ```ts
 * stepDecay({ initial: 0.1, factor: 0.5, every: 10 })(20); // 0.025
 * ```
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const { initial, factor, every } = parseStepDecay('stepDecay', options);
  return (epoch) => initial * factor ** Math.floor(epoch / every);
}

/**
 * Options of {@link cosine}.
 */
export interface CosineOptions {
  /** Maximum learning rate, reached after the warm-up; above 0. */
  peak: number;
  /** Epochs until the end of the curve, above 0: usually those of the run. */
  epochs: number;
  /** Epochs of linear warm-up from a tenth of the peak, at least 0. Default 0. */
  warmup?: number;
  /** Rate at the end and after it, at least 0. Default 0. */
  final?: number;
}

const parseCosine = object({
  peak: number(POSITIVE),
  epochs: number(POSITIVE),
  warmup: optional(number(), 0),
  final: optional(number({ min: 0 }), 0),
} satisfies Schema<CosineOptions>);

/**
 * Linear warm-up, then half a cosine down to the final rate.
 *
 * Source: Loshchilov and Hutter 2016 (arXiv:1608.03983), without restarts.
 *
 * @param options Peak, length, warm-up and final rate.
 * @returns The schedule.
 * @throws InputError if a value is out of range.
 * @example
 * ```ts
 * cosine({ peak: 0.05, epochs: 30, warmup: 3 })(3); // 0.05
 * ```
 */
export function cosine(options: CosineOptions): Schedule {
  const { peak, epochs, warmup, final } = parseCosine('cosine', options);
  checkNumber('cosine: warmup', warmup, { min: 0, max: epochs });
  return (epoch) => {
    if (epoch < warmup) return peak * (0.1 + (0.9 * epoch) / warmup);
    const progress = Math.min(1, (epoch - warmup) / Math.max(epochs - warmup, Number.MIN_VALUE));
    return final + ((peak - final) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}

/**
 * Options of {@link reduceOnPlateau}.
 */
export interface PlateauOptions {
  /** Learning rate at the start, above 0. */
  initial: number;
  /** Factor when the loss has not fallen, above 0 and at most 1. Default 0.5. */
  factor?: number;
  /** Epochs without a better loss before the rate falls, at least 1. Default 5. */
  patience?: number;
  /** Minimum fall of the loss that counts as better, at least 0. Default 1e-4. */
  minDelta?: number;
  /** Minimum learning rate, at least 0. Default 0. */
  min?: number;
}

const parsePlateau = object({
  initial: number(POSITIVE),
  factor: optional(number({ ...POSITIVE, max: 1 }), 0.5),
  patience: optional(integer({ min: 1 }), 5),
  minDelta: optional(number({ min: 0 }), 1e-4),
  min: optional(number({ min: 0 }), 0),
} satisfies Schema<PlateauOptions>);

/**
 * What a plateau schedule remembers; plain numbers.
 */
export interface PlateauState {
  /** Current rate. */
  rate: number;
  /** Lowest loss seen, or null before the first epoch. */
  best: number | null;
  /** Epochs since then. */
  wait: number;
}

/**
 * A learning rate that follows the loss: a start state and a pure function from one state to the next. A resumed run repeats its steps over
 * the epochs that are done.
 */
export interface PlateauSchedule {
  /** State before the first epoch. */
  readonly start: PlateauState;
  /** The state after an epoch that ended with this loss. */
  readonly next: (state: PlateauState, loss: number) => PlateauState;
}

/**
 * A rate that falls when the validation loss (without validation data, the training loss) no longer does.
 *
 * @param options Start, factor and patience.
 * @returns The schedule; it holds no state of its own and can serve several runs.
 * @throws InputError if a value is out of range.
 * @example
 * ```ts
 * await train(model, dataset, { epochs: 50, optimization: { learningRate: reduceOnPlateau({ initial: 0.05 }) } });
 * ```
 */
export function reduceOnPlateau(options: PlateauOptions): PlateauSchedule {
  const { initial, factor, patience, minDelta, min } = parsePlateau('reduceOnPlateau', options);
  return {
    start: { rate: initial, best: null, wait: 0 },
    next: ({ rate, best, wait }, loss) => {
      if (!Number.isFinite(best) || loss < best! - minDelta) return { rate, best: loss, wait: 0 };
      if (wait + 1 < patience) return { rate, best, wait: wait + 1 };
      return { rate: Math.max(min, rate * factor), best, wait: 0 };
    },
  };
}

/** The learning rate of a run: at a time in epochs, after epochs that ended with these losses. */
export type LearningRate = (epoch: number, losses: readonly number[]) => number;

/** Follows a learning rate as the user gave it. */
export function followRate(rate: number | Schedule | PlateauSchedule): LearningRate {
  if (typeof rate === 'number') return () => rate;
  if (typeof rate === 'function') return rate;
  let state = rate.start;
  let seen = 0;
  return (_epoch, losses) => {
    while (seen < losses.length) state = rate.next(state, losses[seen++]!);
    return state.rate;
  };
}

/** The learning rates at every half epoch, up to a thousand epochs, as text; for a loss that stays the same where they follow it. */
export function describeRates(rate: number | Schedule | PlateauSchedule, epochs: number): string {
  const follow = followRate(rate);
  const losses: number[] = [];
  let text = '';
  for (let half = 0; half < Math.min(2 * epochs, 2000); half++) {
    if (half > 0 && half % 2 === 0) losses.push(1);
    text += `${Number(follow(half / 2, losses)).toPrecision(6)} `;
  }
  return text;
}
