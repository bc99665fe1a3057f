import { WeightsError } from '../errors';
import { normalizeRows } from '../metrics/probability';
import { applyTemperature } from '../metrics/temperature';

/**
 * A class and how probable the network finds it.
 *
 * @example
 * ```ts
 * const line = ({ className, probability }: Prediction) => `${className} ${(100 * probability).toFixed()} %`;
 * (await classify(picture)).map(line).join(', '); // 'happy 93 %, neutral 4 %, …'
 * ```
 */
export interface Prediction {
  /** Name of the class: one of `EMOTIONS`, or of the labels of the weights' card. */
  className: string;
  /** 0..1; over all classes they sum to 1. */
  probability: number;
}

/**
 * Splits a network's output into rows that sum to 1, which those of a sigmoid head do not by themselves, and calibrates them.
 *
 * @param outputs [n * classes] row-major, at least 0.
 * @param classes Number of classes.
 * @param temperature Temperature of the probabilities; see {@link applyTemperature}. Default 1.
 * @returns n rows of `classes` probabilities.
 * @throws {@link WeightsError} if a value is negative or not finite or a row is all 0, which no picture can cause.
 */
export function toRows(outputs: Float32Array, classes: number, temperature = 1): number[][] {
  try {
    const rows = normalizeRows(outputs, classes);
    const probabilities = temperature === 1 ? rows : applyTemperature(rows, classes, temperature);
    return Array.from({ length: outputs.length / classes }, (_, row) =>
      Array.from(probabilities.subarray(row * classes, (row + 1) * classes)),
    );
  } catch (cause) {
    const bad = outputs.find((value) => !(value >= 0 && value < Infinity));
    throw new WeightsError({
      where: 'Classifier',
      expected: 'a network whose outputs are probabilities',
      received: bad === undefined ? 'a row of zeros' : `the output ${bad}`,
      remedy: 'End it with a softmax or sigmoid activation; if it has one, its weights are damaged.',
      cause,
    });
  }
}

/**
 * The most probable classes of one row, in descending order; where two are equal, in the order of the labels.
 *
 * @param row The probability of each class.
 * @param labels The name of each class.
 * @param topk How many to return.
 */
export function topPredictions(row: readonly number[], labels: readonly string[], topk: number): Prediction[] {
  return row
    .map((probability, label) => ({ className: labels[label]!, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, topk);
}
