import { Random } from '../random';
import type { HeldOutScore, Sample } from './types';

/** A part of the samples that is held out, and the rest, from which is learned. */
export interface Fold {
  readonly rest: readonly Sample[];
  readonly held: readonly Sample[];
}

/**
 * Splits samples so that each take is held out once, as a whole, and every class has other takes to learn from.
 *
 * @param samples The samples.
 * @param most The maximum number of folds, at least 2.
 * @param seed Decides which takes are held out together.
 * @returns The folds; undefined if a class has only one take.
 */
export function foldsOf(samples: readonly Sample[], most: number, seed: number): Fold[] | undefined {
  const takesOf = new Map<string, Set<number>>();
  for (const { label, take } of samples) takesOf.set(label, (takesOf.get(label) ?? new Set()).add(take));
  const counts = [...takesOf.values()].map(({ size }) => size);
  if (Math.min(...counts) < 2) return undefined;
  const folds = Math.min(most, Math.max(...counts));
  const foldOf = new Map<number, number>(); // by take, which is of one class
  const random = new Random(seed);
  let next = 0; // continues from class to class, so that no fold is much larger
  for (const takes of takesOf.values()) {
    for (const take of random.shuffle([...takes])) foldOf.set(take, next++ % folds);
  }
  return Array.from({ length: folds }, (_, fold) => {
    const isHeld = ({ take }: Sample) => foldOf.get(take) === fold;
    return { rest: samples.filter((sample) => !isHeld(sample)), held: samples.filter(isHeld) };
  }).filter(({ held }) => held.length > 0);
}

/** A score that is not measurable, with the reason. */
export function notMeasurable(reason: string): HeldOutScore {
  return { accuracy: undefined, recall: {}, samples: 0, takes: 0, message: `Not measurable: ${reason}` };
}

/** Why samples without folds have no score. */
export function scoreless(classNames: readonly string[], samples: readonly Sample[]): HeldOutScore {
  const takes = (name: string) => new Set(samples.flatMap(({ label, take }) => (label === name ? [take] : []))).size;
  const names = classNames.filter((name) => takes(name) === 1).map((name) => JSON.stringify(name));
  return notMeasurable(`add a second take of ${names.join(', ')}.`);
}

/**
 * The score of samples that were held out.
 *
 * @param held All of them.
 * @param named The class that each was taken for.
 */
export function scoreOf(held: readonly Sample[], named: readonly string[]): HeldOutScore {
  const rights = held.filter(({ label }, i) => named[i] === label);
  const share = (label: string) =>
    rights.filter((sample) => sample.label === label).length / held.filter((sample) => sample.label === label).length;
  const labels = [...new Set(held.map(({ label }) => label))];
  const takes = new Set(held.map(({ take }) => take)).size;
  return {
    accuracy: rights.length / held.length,
    recall: Object.fromEntries(labels.map((label) => [label, share(label)])),
    samples: held.length,
    takes,
    message: `${rights.length} of ${held.length} samples were recognized in ${takes} takes that were held out.`,
  };
}
