/** How well each output of a model fits each label: sums over the labeled images. */
export interface LabelFit {
  /** The number of images whose maximum output is this one: `counts[label][output]`. */
  readonly counts: readonly (readonly number[])[];
  /** Sum of -ln of the output's probability: `losses[label][output]`. */
  readonly losses: readonly (readonly number[])[];
  /** The maximum output of each image. */
  readonly likeliest: readonly number[];
  /** -ln of the probabilities, `[image][output]`. */
  readonly surprise: readonly (readonly number[])[];
}

const MIN_PROBABILITY = 1e-7; // as Keras clips it in its cross-entropy

/**
 * Sums outputs by label.
 *
 * @param outputs `[n, classes]` row by row.
 * @param classes Number of outputs of each image.
 * @param labels The label of each image, 0..numLabels - 1.
 * @param logits Whether the outputs need a softmax to become probabilities.
 */
export function fitLabels(
  outputs: Float32Array,
  classes: number,
  labels: readonly number[],
  numLabels: number,
  logits: boolean,
): LabelFit {
  const table = () => Array.from({ length: numLabels }, () => Array.from({ length: classes }, () => 0));
  const [counts, losses] = [table(), table()];
  const surprise = labels.map((_, i) => surpriseOf(outputs.subarray(i * classes, (i + 1) * classes), logits));
  const likeliest = surprise.map((row) => row.indexOf(Math.min(...row)));
  labels.forEach((label, i) => {
    if (likeliest[i]! >= 0) counts[label]![likeliest[i]!]! += 1;
    surprise[i]!.forEach((value, output) => (losses[label]![output]! += value));
  });
  return { counts, losses, likeliest, surprise };
}

/** -ln of the probabilities of one image; outputs that are not finite count as chance. */
function surpriseOf(row: Float32Array, logits: boolean): number[] {
  const top = Math.max(...row);
  const shares = Array.from(row, (value) => (logits ? Math.exp(value - top) : Math.max(0, value)));
  const sum = shares.reduce((total, share) => total + share, 0);
  const share = (value: number) => (sum > 0 && sum < Infinity ? value / sum : 1 / row.length);
  return shares.map((value) => -Math.log(Math.max(MIN_PROBABILITY, share(value))));
}

/**
 * Assigns each label an output of its own so that the total of hits is maximal, by dynamic programming over all sets of labels.
 *
 * @param counts Hits, `[label][output]`.
 * @returns The label of each output, -1 for one that has none.
 */
export function bestAssignment(counts: readonly (readonly number[])[]): number[] {
  const [labels, outputs] = [counts.length, counts[0]?.length ?? 0];
  let best = new Map([[0, { hits: 0, chosen: [] as number[] }]]); // by the set of labels that are taken
  for (let output = 0; output < outputs; output++) {
    const next = new Map<number, { hits: number; chosen: number[] }>();
    const offer = (set: number, hits: number, chosen: number[]) => {
      if (hits > (next.get(set)?.hits ?? -1)) next.set(set, { hits, chosen });
    };
    for (const [set, { hits, chosen }] of best) {
      offer(set, hits, [...chosen, -1]);
      for (let label = 0; label < labels; label++) {
        if (!(set & (1 << label))) offer(set | (1 << label), hits + counts[label]![output]!, [...chosen, label]);
      }
    }
    best = next;
  }
  return [...best.values()].reduce((a, b) => (b.hits > a.hits ? b : a)).chosen;
}
