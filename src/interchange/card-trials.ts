import { bestAssignment, type LabelFit } from './fit-labels';
import { labelOrders, wordOf } from './label-orders';

/** An order of classes with a scaling of pixels, and how well they fit the sample. */
export interface Trial {
  /** Number of the scaling. */
  scaling: number;
  /** Name of the order. */
  order: string;
  /** The classes in the order of the outputs. */
  classNames: readonly string[];
  /** Whether each image is classified correctly. */
  hits: readonly boolean[];
  /** -ln of the probability of the correct class for each image; that of chance where the model lacks the class. */
  losses: readonly number[];
  /** Accuracy over the images whose class the model has. */
  accuracy: number;
  /** Mean loss of the same images. */
  logLoss: number;
}

/** What the trials are made of. */
export interface Sample {
  /** Names of the labels. */
  names: readonly string[];
  /** The label of each image. */
  labels: readonly number[];
  /** Number of the model's outputs. */
  classes: number;
}

/** The number of trials that are compared image by image. */
const MAX_TRIALS = 10;

/**
 * Tries every scaling with the usual orders and with the order that fits the sample best.
 *
 * @param fits How the outputs go with the labels, for each scaling.
 * @returns At most ten trials, the best first. A fitted order is among them only if it is far better than all usual ones.
 */
export function rankTrials(sample: Sample, fits: readonly LabelFit[]): Trial[] {
  const words = sample.names.map(wordOf);
  const rough = labelOrders(words, sample.classes).flatMap(({ name, classes }) => {
    const chosen = classes.map((word) => words.indexOf(word));
    return fits.map((fit, scaling) => ({ scaling, order: name, classes, chosen, ...scoreOf(fit, chosen) }));
  });
  const usual = rough
    .sort((a, b) => b.hits - a.hits || a.loss - b.loss)
    .slice(0, MAX_TRIALS)
    .map(({ scaling, order, classes, chosen }) => trialOf(sample, fits[scaling]!, scaling, order, chosen, classes));
  const [fitted] = fits
    .map((fit, scaling) => {
      const chosen = bestAssignment(fit.counts);
      return trialOf(sample, fit, scaling, 'fitted', chosen, []);
    })
    .sort((a, b) => count(b.hits) - count(a.hits) || a.logLoss - b.logLoss);
  const isFarBetter = fitted && (!usual[0] || isBetter(fitted.hits, usual[0].hits, FITTED));
  return (isFarBetter ? [fitted, ...usual] : usual).slice(0, MAX_TRIALS);
}

const count = (hits: readonly boolean[]) => hits.filter(Boolean).length;

function scoreOf({ counts, losses }: LabelFit, chosen: readonly number[]): { hits: number; loss: number } {
  const sum = (table: LabelFit['counts']) =>
    chosen.reduce((total, label, output) => total + (table[label]?.[output] ?? 0), 0);
  return { hits: sum(counts), loss: sum(losses) };
}

function trialOf(
  { names, labels, classes }: Sample,
  { likeliest, surprise }: LabelFit,
  scaling: number,
  order: string,
  chosen: readonly number[],
  words: readonly string[],
): Trial {
  const outputs = labels.map((label) => chosen.indexOf(label));
  const hits = outputs.map((output, i) => output >= 0 && likeliest[i] === output);
  const losses = outputs.map((output, i) => (output < 0 ? Math.log(classes) : surprise[i]![output]!));
  const covered = outputs.flatMap((output, i) => (output < 0 ? [] : [i]));
  return {
    scaling,
    order,
    classNames: chosen.map((label, output) => names[label] ?? words[output] ?? `class ${output}`),
    hits,
    losses,
    accuracy: covered.filter((i) => hits[i]).length / covered.length,
    logLoss: covered.reduce((sum, i) => sum + losses[i]!, 0) / covered.length,
  };
}

// Limits on the square of a normal deviate
const CLEAR = 1.96 ** 2; // 1 of 20 by chance
const FITTED = 3.89 ** 2; // 1 of 10,000: there are 5040 orders of seven classes

/** Whether one classifies clearly more images correctly than another, by those on which they differ (McNemar's test). */
function isBetter(a: readonly boolean[], b: readonly boolean[], limit: number): boolean {
  const more = a.filter((hit, i) => hit && !b[i]).length;
  const less = a.filter((hit, i) => !hit && b[i]).length;
  return more > less && (more - less) ** 2 > limit * (more + less);
}

/** Whether the losses of one are clearly lower than those of another, by the mean of their differences. */
function isSurer(a: readonly number[], b: readonly number[]): boolean {
  const differences = a.map((loss, i) => b[i]! - loss);
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return mean > 0 && mean ** 2 * differences.length * (differences.length - 1) > CLEAR * squares;
}

/**
 * Tells why the best trial is not reliable.
 *
 * @returns A sentence, or undefined if there is no reason.
 */
export function warningOf(
  trials: readonly Trial[],
  { labels, classes }: Sample,
  nameOf: (scaling: number) => string,
): string | undefined {
  const [best, second] = trials as [Trial, Trial?];
  const percent = ({ accuracy }: Trial) => `${(100 * accuracy).toFixed(1)} %`;
  const text = (trial: Trial) =>
    `${trial.order} with pixels ${nameOf(trial.scaling)} (${percent(trial)} of ${labels.length} images)`;
  const deviation = Math.sqrt((classes - 1) / labels.length) / classes;
  if (best.accuracy < 1 / classes + 3 * deviation) {
    return `Nothing fits: the best, ${text(best)}, is hardly better than chance. The model may take other images, or have other classes.`;
  }
  if (best.order === 'fitted') {
    return `No usual order fits: this one was made to fit the sample (${percent(best)}), the best usual one is ${second ? text(second) : 'none'}. Check it on other images.`;
  }
  if (!second || isBetter(best.hits, second.hits, CLEAR) || isSurer(best.losses, second.losses)) return undefined;
  return `Not clear: ${text(best)} fits hardly better than ${text(second)}. Give more images.`;
}
