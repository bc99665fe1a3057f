import { WeightsError } from '../errors';
import { normalizeRows, softmaxRows } from '../metrics/probability';
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
  /** Name of the class: one of `EMOTIONS`, or of the class names of the model's card. */
  className: string;
  /** 0..1; over all classes they sum to 1. */
  probability: number;
}

/**
 * Splits a model's output into rows of probabilities that sum to 1, which those of a sigmoid head do not by themselves, and calibrates
 * them. Logits become probabilities by a softmax.
 *
 * @param outputs [n * classes] row-major; probabilities are at least 0.
 * @param card Number of classes, kind of outputs and temperature; see {@link applyTemperature}.
 * @returns n rows of `classes` probabilities.
 * @throws {@link WeightsError} if a value is negative or not finite or a row is all 0, which no image can cause.
 */
export function toRows(
  outputs: Float32Array,
  { classNames: { length: classes }, outputs: kind, calibration }: RowSettings,
): number[][] {
  const temperature = calibration?.temperature ?? 1;
  try {
    const rows = kind === 'logits' ? softmaxRows(outputs, classes) : normalizeRows(outputs, classes);
    const probabilities = temperature === 1 ? rows : applyTemperature(rows, classes, temperature);
    return Array.from({ length: outputs.length / classes }, (_, row) =>
      Array.from(probabilities.subarray(row * classes, (row + 1) * classes)),
    );
  } catch (cause) {
    const bad = outputs.find((value) => !(value >= 0 && value < Infinity));
    throw new WeightsError({
      where: 'Classifier',
      expected: 'a model whose outputs are probabilities',
      received: bad === undefined ? 'a row of zeros' : `the output ${bad}`,
      remedy: "Say outputs: 'logits' on its card if a softmax belongs behind it; otherwise its weights are damaged.",
      cause,
    });
  }
}

interface RowSettings {
  readonly classNames: readonly string[];
  readonly outputs?: 'probabilities' | 'logits';
  readonly calibration?: { readonly temperature: number };
}

/**
 * The most probable classes of one row, in descending order; where two are equal, in the order of the classes.
 *
 * @param row The probability of each class.
 * @param classNames The name of each class.
 * @param topk How many to return.
 */
export function topPredictions(row: readonly number[], classNames: readonly string[], topk: number): Prediction[] {
  return row
    .map((probability, label) => ({ className: classNames[label]!, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, topk);
}
