import { softmaxRows } from '../metrics/probability';
import { type LinearHead, logitsOf, toVectors } from './linear';
import { fitLogistic } from './logistic';
import type { BaseHead, FittedHead } from './fit';
import type { Sample } from './types';

/** How sure the base is of the imagined faces of its classes. */
const SURE = 0.8;

/** The penalty, weaker than that of a head of its own: what is there already is trusted, and the new must hold its own against it. */
const PENALTY = 0.01;

/**
 * Learns taught classes beside those of the base, which have no samples: a logistic head that the penalty draws to the head of the base.
 *
 * For each class of the base a face is imagined: the mean of what the base was trained on, moved along the direction in which the base
 * finds that class, until the base is sure of it. These faces keep the taught classes from taking all others.
 *
 * @param samples At least one of each taught class.
 * @param taught The taught classes; those with the name of a class of the base correct it.
 * @param base The head of the base.
 * @param pause Called between steps; may throw to end the work.
 */
export async function joinClasses(
  samples: readonly Sample[],
  taught: readonly string[],
  base: BaseHead,
  pause: () => Promise<void>,
): Promise<FittedHead> {
  const classNames = [...base.classNames, ...taught.filter((name) => !base.classNames.includes(name))];
  const data = toVectors(samples, classNames);
  const size = data.vectors[0]!.length;
  const imagined = base.classNames.flatMap((name, label) =>
    taught.includes(name) ? [] : [{ label, vector: moved(base.typical, label, base.head) }],
  );
  const added = classNames.length - base.classNames.length;
  const prior: LinearHead = {
    weights: Float64Array.from([...base.head.weights, ...new Float64Array(added * size)]),
    bias: Float64Array.from([...base.head.bias, ...new Float64Array(added)]),
  };
  const all = {
    vectors: [...data.vectors, ...imagined.map(({ vector }) => vector)],
    labels: [...data.labels, ...imagined.map(({ label }) => label)],
    classes: classNames.length,
  };
  return { head: await fitLogistic(all, { prior, penalty: PENALTY, pause }), classNames };
}

/** A vector moved along the direction of a class until the head is sure of it. */
function moved(vector: Float64Array, label: number, head: LinearHead): Float64Array {
  const classes = head.bias.length;
  const size = vector.length;
  const direction = Float64Array.from({ length: size }, (_, i) => {
    let mean = 0;
    for (let k = 0; k < classes; k++) mean += head.weights[k * size + i]! / classes;
    return head.weights[label * size + i]! - mean;
  });
  const at = (step: number) => vector.map((value, i) => value + step * direction[i]!);
  const isSure = (step: number) => softmaxRows(logitsOf(head, at(step)), classes)[label]! >= SURE;
  let [low, high] = [0, 1 / 64];
  if (isSure(0)) return vector;
  while (!isSure(high) && high < 1e6) high *= 2;
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (isSure(middle)) high = middle;
    else low = middle;
  }
  return at(high);
}
