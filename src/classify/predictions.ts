import { WeightsError } from '../errors';
import { normalizeRows, softmaxRows } from '../metrics/probability';
import { scaleRows } from '../metrics/temperature';

/** A class and its probability. */
export interface Prediction {
  /** The class name: one of `EMOTIONS`, or of the class names of the model's card. */
  className: string;
  /** The probability, 0..1; all classes sum to 1. */
  probability: number;
}

/**
 * Converts a model's output to calibrated probabilities: applies a softmax to logits, and divides other outputs, such as those of a
 * sigmoid, by their sum.
 *
 * @param outputs [n * classes] row-major; probabilities are at least 0.
 * @param card The number of classes, the type of outputs and the temperature; see `applyTemperature`.
 * @returns n rows of `classes` probabilities.
 * @throws {@link WeightsError} if a value is negative or not finite, or a row is all 0: the weights are damaged.
 */
export function toRows(
  outputs: Float32Array,
  { classNames: { length: classes }, outputs: kind, calibration }: RowSettings,
): number[][] {
  const temperature = calibration?.temperature ?? 1;
  try {
    const rows = kind === 'logits' ? softmaxRows(outputs, classes) : normalizeRows(outputs, classes);
    const probabilities = temperature === 1 ? rows : scaleRows(rows, classes, temperature);
    return Array.from({ length: outputs.length / classes }, (_, row) =>
      Array.from(probabilities.subarray(row * classes, (row + 1) * classes)),
    );
  } catch (cause) {
    const bad = outputs.find((value) => !(value >= 0 && value < Infinity));
    throw new WeightsError({
      where: 'Classifier',
      expected: 'a model whose outputs are probabilities',
      received: bad === undefined ? 'a row of zeros' : `the output ${bad}`,
      remedy: "Set outputs: 'logits' on the card if the outputs need a softmax; otherwise the weights are damaged.",
      cause,
    });
  }
}

interface RowSettings {
  readonly classNames: readonly string[];
  readonly outputs?: 'probabilities' | 'logits';
  readonly calibration?: { readonly temperature: number };
}

/** Returns the most probable classes of one row, in descending order; ties in the order of the classes. */
export function topPredictions(row: readonly number[], classNames: readonly string[], topk: number): Prediction[] {
  return row
    .map((probability, label) => ({ className: classNames[label]!, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, topk);
}
