import { weightsError } from '../errors';
import { describe } from '../validate';
import type { Json, Settings } from './keras-layers';

/** How a Normalization layer of Keras applies the mean and variance that it was given or adapted to. */
export interface Statistics {
  /** The axes that have statistics of their own, as negative numbers in ascending order; none if all share one mean. */
  axes: readonly number[];
  /** Whether the layer undoes the normalization instead. */
  invert: boolean;
}

/** Numbers with the length of each of their axes. */
export interface Numbers {
  shape: readonly number[];
  values: ArrayLike<number>;
}

/** What Keras divides by where the standard deviation is smaller (`keras.config.epsilon()`). */
const EPSILON = 1e-7;

/**
 * What a Normalization layer does with its statistics.
 *
 * @param rank Number of axes of its input.
 * @throws {@link WeightsError} if its axes are not those of the input.
 */
export function statisticsOf({ axis = -1, invert }: Settings, rank: number): Statistics {
  const axes = [axis === null ? [] : axis].flat().map((each) => {
    const place = Number(each);
    if (Number.isInteger(place) && place >= -rank && place < rank) return place < 0 ? place : place - rank;
    throw weightsError('', 'axes of the input', `axis = ${describe(axis)}`);
  });
  return { axes: [...axes].sort((a, b) => a - b), invert: invert === true };
}

/** The statistics in the settings of a layer; undefined if it was adapted to data, and they stand among the weights. */
export function givenStatistics({ mean, variance }: Settings): { mean: Numbers; variance: Numbers } | undefined {
  if (mean === null || mean === undefined || variance === null || variance === undefined) return undefined;
  return { mean: numbersOf(mean), variance: numbersOf(variance) };
}

function numbersOf(value: Json): Numbers {
  const flat = (each: Json): number[] => (Array.isArray(each) ? each.flatMap(flat) : [Number(each)]);
  return { shape: lengthsOf(value), values: flat(value) };
}

function lengthsOf(value: Json): number[] {
  return Array.isArray(value) ? [value.length, ...lengthsOf(value[0] ?? null)] : [];
}

/**
 * The settings of the Rescaling layer that normalizes by a mean and a variance.
 *
 * @param mean The mean, one value for each index of the axes.
 * @returns `scale` and `offset`, numbers or arrays that are as long as the axes.
 * @throws {@link WeightsError} if the numbers do not fit the axes.
 */
export function rescalingOf({ axes, invert }: Statistics, mean: Numbers, variance: Numbers): Settings {
  const count = mean.values.length;
  const lengths =
    axes.length === 1 ? [count] : mean.shape.filter((length) => length !== 1 || mean.shape.length === axes.length);
  const fits = count === 1 || (lengths.length === axes.length && lengths.reduce((a, b) => a * b, 1) === count);
  if (!fits || variance.values.length !== count) {
    const received = `${count} and ${variance.values.length}`;
    throw weightsError('', 'as many means and variances as the axes are long', received);
  }
  const scales = Array.from(variance.values, (value) => Math.max(Math.sqrt(value), EPSILON) ** (invert ? 1 : -1));
  const offsets = Array.from(mean.values, (value, i) => (invert ? value : -value * scales[i]!));
  if (count === 1) return { scale: scales[0]!, offset: offsets[0]! };
  const shape = Array.from({ length: -axes[0]! }, (_, i) => lengths[axes.indexOf(axes[0]! + i)] ?? 1);
  return { scale: nested(scales, shape), offset: nested(offsets, shape) };
}

/** Numbers in row-major order as arrays within arrays. */
function nested(numbers: readonly number[], [length, ...rest]: readonly number[]): Json {
  if (length === undefined) return numbers[0]!;
  const step = numbers.length / length;
  return Array.from({ length }, (_, i) => nested(numbers.slice(i * step, (i + 1) * step), rest));
}
