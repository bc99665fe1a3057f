import type { Prediction } from '../classify/predictions';
import { areSameNames, listNames } from '../class-names';
import { inputError } from '../errors';
import { integer, number, object, type Schema, text } from '../schema';
import { describe, isObject } from '../validate';

/**
 * What a classifier takes a person's resting face for: plain values, which JSON keeps. Get one from {@link measureBaseline}.
 */
export interface FaceBaseline {
  /** The class that the resting face means, usually `'neutral'`. */
  readonly className: string;
  /** The mean probability of each class over the measured faces, 0..1 each, 1 in all. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** The number of faces that were measured, at least 1. */
  readonly faces: number;
}

/**
 * The probability of its class that a resting face has after the correction, above 1 / classes; the others share the rest. The lower, the
 * weaker the expressions that are told from it. Chosen by research/baseline.ts.
 */
export const RESTING = 0.35;

/** Is added to every probability, so that classes of which the model is sure to the last digit do not explode. */
const FLOOR = 0.005;

const parse = object({
  className: text,
  probabilities: (where, value) => {
    if (!isObject(value)) {
      throw inputError(where, 'an object of probabilities by class name', describe(value));
    }
    const entries = Object.entries(value).map(
      ([name, probability]) => [name, number({ min: 0, max: 1 })(`${where}.${name}`, probability)] as const,
    );
    const sum = entries.reduce((total, [, probability]) => total + probability, 0);
    if (entries.length < 2 || Math.abs(sum - 1) > 1e-3) {
      throw inputError(where, 'at least 2 probabilities of sum 1', `${entries.length} of sum ${sum}`);
    }
    return Object.fromEntries(entries);
  },
  faces: integer({ min: 1 }),
} satisfies Schema<FaceBaseline>);

/**
 * Checks a baseline, which may come from a file.
 *
 * @param classNames The classes that it has to have, in any order, if they are known.
 * @throws {@link InputError} if it is damaged or has other classes.
 */
export function parseBaseline(where: string, value: unknown, classNames?: readonly string[]): FaceBaseline {
  const baseline = parse(where, value);
  const own = Object.keys(baseline.probabilities);
  if (!own.includes(baseline.className)) {
    throw inputError(`${where}.className`, `one of the classes ${listNames(own)}`, describe(baseline.className));
  }
  if (classNames) checkSameClasses(where, own, classNames);
  return baseline;
}

function checkSameClasses(where: string, own: readonly string[], classNames: readonly string[]): void {
  if (areSameNames([...own].sort(), [...classNames].sort())) return;
  const remedy = 'Measure one with this classifier: measureBaseline(images, { classifier }).';
  throw inputError(where, `a baseline for the classes ${listNames(classNames)}`, `one for ${listNames(own)}`, remedy);
}

/**
 * Corrects probabilities by a person's resting face: each is divided by what the resting face got and multiplied by what a resting face
 * should get. In log-probabilities this is a shift, the same for every image.
 *
 * @param share What a resting face should get for its class.
 * @returns The corrected classes, the most probable first.
 * @throws {@link InputError} if the classes are others than the baseline's.
 */
export function correctPredictions(
  predictions: readonly Prediction[],
  { className: resting, probabilities }: FaceBaseline,
  share = RESTING,
): Prediction[] {
  const names = Object.keys(probabilities);
  checkSameClasses('baseline', names, predictions.map(({ className }) => className)); // prettier-ignore
  const wanted = (name: string) => (name === resting ? share : (1 - share) / (names.length - 1));
  const weights = predictions.map(
    ({ className, probability }) => ((probability + FLOOR) * wanted(className)) / (probabilities[className]! + FLOOR),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return predictions
    .map(({ className }, i) => ({ className, probability: weights[i]! / sum }))
    .sort((a, b) => b.probability - a.probability);
}

/** The mean of what several faces got, all with the same classes. */
export function meanBaseline(className: string, faces: readonly (readonly Prediction[])[]): FaceBaseline {
  const sums = new Map<string, number>();
  for (const face of faces) {
    for (const { className: name, probability } of face) sums.set(name, (sums.get(name) ?? 0) + probability);
  }
  if (!sums.has(className)) {
    const remedy = 'Pass className: the class that the resting face means.';
    throw inputError(
      'measureBaseline: className',
      `one of ${listNames([...sums.keys()])}`,
      describe(className),
      remedy,
    );
  }
  const total = [...sums.values()].reduce((sum, value) => sum + value, 0);
  const probabilities = Object.fromEntries(Array.from(sums, ([name, sum]) => [name, sum / total]));
  return { className, probabilities, faces: faces.length };
}
