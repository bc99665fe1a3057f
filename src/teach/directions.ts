import type { LabeledVectors, LinearHead } from './linear';
import { fitLogistic } from './logistic';
import { directionsOf, unitVectors } from './prototypes';

/** The penalty with one sample in the smallest class; more samples divide it. docs/teaching.md measures this and the next figure. */
const PENALTY = 0.6;

/** Samples from which on the penalty stays, since the solver takes longer the smaller it is. */
const MANY = 50;

/** The factor of the cosines that the penalty draws to. */
const CONFIDENCE = 4;

/**
 * A logistic head on the directions of vectors that the penalty draws to the prototypes: with few samples it does as these do, and with
 * more it learns what the means do not say.
 *
 * @param data At least one vector of each class.
 * @param pause Called between iterations, about every 40 ms; may throw to end the work.
 */
export async function fitDirections(data: LabeledVectors, pause: () => Promise<void>): Promise<LinearHead> {
  const { vectors, length } = unitVectors(data.vectors);
  const units = { ...data, vectors };
  const cosines = directionsOf(units);
  const prior = { ...cosines, weights: cosines.weights.map((value) => CONFIDENCE * value) };
  const counts = new Float64Array(data.classes);
  for (const label of data.labels) counts[label]!++;
  const { weights, bias } = await fitLogistic(units, { prior, penalty: PENALTY / Math.min(MANY, ...counts), pause });
  return { weights: weights.map((value) => value / length), bias };
}
