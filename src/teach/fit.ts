import { fitDirections } from './directions';
import { type LinearHead, logitsOf, toVectors, withRejection } from './linear';
import type { ParsedTeachOptions } from './parse-options';
import { fitPrototypes } from './prototypes';
import type { Sample, TeachMethod } from './types';
import { joinClasses } from './join';

/** The class that means images below `rejectBelow`. */
export const NONE = 'none of these';

/** Samples in the smallest class from which on the logistic head is taken; see docs/teaching.md for the evidence. */
export const BORDER = 5;

/** A head and the names of its classes. */
export interface FittedHead {
  readonly head: LinearHead;
  readonly classNames: readonly string[];
}

/** The classes of the base and the dense layer that computes them. */
export interface BaseHead extends FittedHead {
  /** The mean vector of the images that the base was trained on. */
  readonly typical: Float64Array;
}

/** The method for a number of samples. */
export function methodFor(
  samples: readonly Sample[],
  classNames: readonly string[],
  { method, keepClasses }: ParsedTeachOptions,
): Exclude<TeachMethod, 'auto'> {
  if (method !== 'auto') return method;
  if (keepClasses) return 'logistic';
  const counts = classNames.map((name) => samples.filter(({ label }) => label === name).length);
  return Math.min(...counts) < BORDER ? 'prototypes' : 'logistic';
}

/**
 * Learns a head from the vectors of samples.
 *
 * @param samples At least one of each class.
 * @param classNames The taught classes.
 * @param options The method and what is added to the classes.
 * @param base The head of the base, if its classes stay.
 * @param pause Called between steps; may throw to end the work.
 */
export async function fitHead(
  samples: readonly Sample[],
  classNames: readonly string[],
  options: ParsedTeachOptions,
  base: BaseHead | undefined,
  pause: () => Promise<void>,
): Promise<FittedHead> {
  const fitted = base
    ? await joinClasses(samples, classNames, base, pause)
    : { classNames, head: await fitAlone(samples, classNames, options, pause) };
  if (options.rejectBelow === undefined) return fitted;
  return { head: withRejection(fitted.head, options.rejectBelow), classNames: [...fitted.classNames, NONE] };
}

async function fitAlone(
  samples: readonly Sample[],
  classNames: readonly string[],
  options: ParsedTeachOptions,
  pause: () => Promise<void>,
): Promise<LinearHead> {
  const data = toVectors(samples, classNames);
  return methodFor(samples, classNames, options) === 'prototypes' ? fitPrototypes(data) : fitDirections(data, pause);
}

/** The name of the most probable class of each sample. */
export function nameAll({ head, classNames }: FittedHead, samples: readonly Sample[]): string[] {
  return samples.map(({ vector }) => {
    const logits = logitsOf(head, vector);
    return classNames[logits.indexOf(Math.max(...logits))]!;
  });
}
