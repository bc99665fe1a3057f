import type * as tfl from '@tensorflow/tfjs-layers';
import { type LabeledImages, UNLABELED } from '../data/batches';
import { inputError, within } from '../errors';
import type { LabeledTensors } from '../data/to-tensors';
import { readTensors } from '../data/from-tensors';
import { type BootstrapOptions, parseBootstrap } from '../metrics/bootstrap';
import { checkClasses } from '../metrics/confusion-matrix';
import { argmaxRows, softmaxRows } from '../metrics/probability';
import { applyTemperature } from '../metrics/temperature';
import { checkOutput, type ClassNames, namesOf } from '../models/facts';
import { factsOf } from '../models/known-facts';
import { number, object, optional, POSITIVE, type Schema, unchecked } from '../schema';
import { findCopies } from './duplicates';
import { checkPictures, PREDICT_OPTIONS, predictFor, type PredictOptions } from './predict';
import { checkLabeled, createReport, type EvaluationReport, fillClassNames } from './report';

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends PredictOptions {
  /** The training set of the model. Adds the scores without the images that are in it. Default: none. */
  trainingSet?: LabeledImages;
  /** The temperature of the probabilities, above 0; see {@link applyTemperature}. Default 1: no scaling. */
  temperature?: number;
  /** Options of the accuracy's bootstrap interval. Default `{ samples: 1000, seed: 0, confidence: 0.95 }`. */
  bootstrap?: BootstrapOptions;
  /**
   * The class names in the order of the model's outputs. If the data has the same names in another order, the outputs are reordered.
   * Default: the names stored with the model, otherwise those of the data.
   */
  classNames?: ClassNames;
}

const parse = object({
  ...PREDICT_OPTIONS,
  trainingSet: unchecked<LabeledImages | undefined>,
  temperature: optional(number(POSITIVE), 1),
  bootstrap: (where, given = {}) => parseBootstrap(where, given),
  classNames: unchecked<ClassNames | undefined>,
} satisfies Schema<EvaluateOptions>);

/**
 * Evaluates a model on labeled images. The truth is the label, or the most probable class of the soft target if the label is unknown.
 * Sample weights are ignored. Outputs that do not sum to 1, such as those of sigmoid heads, are divided by their sum.
 *
 * @param model A model with one input `[n, h, w, 1]` and one output `[n, numClasses]` of at least 0; borrowed.
 * @param data Labeled images, or tensors: xs `[n, h, w, c]` 0..255 and one-hot ys `[n, numClasses]`; borrowed.
 * @param options Options of {@link predict}, the training set, the bootstrap and the class names.
 * @returns The report.
 * @throws InputError if an option or the data is not valid, an image is unlabeled, or the outputs are not probabilities.
 * @throws The signal's reason when it is aborted.
 * @example
 * ```ts
 * const report = await evaluate(model, dataset.where('PublicTest'), { trainingSet: dataset.where('Training') });
 * console.log(report.accuracy, report.toMarkdown());
 * ```
 */
export async function evaluate(
  model: tfl.LayersModel,
  data: LabeledImages | LabeledTensors,
  options: EvaluateOptions = {},
): Promise<EvaluationReport> {
  return within('evaluate', () => score(model, data, parse('evaluate', options)));
}

async function score(
  model: tfl.LayersModel,
  data: LabeledImages | LabeledTensors,
  options: ReturnType<typeof parse>,
): Promise<EvaluationReport> {
  const { trainingSet, temperature, bootstrap, classNames: given, ...predictOptions } = options;
  const { pictures, labels } = await within(': data', async () => {
    const pictures = isTensors(data) ? await readTensors(data) : data;
    checkPictures(pictures);
    const labels = scoredLabels(pictures);
    within('.labels', () => {
      checkLabeled(labels);
      checkClasses(labels, pictures.numClasses);
    });
    return { pictures, labels };
  });
  checkOutput(model, pictures);
  const outputNames = within(': classNames', () => outputNamesOf(model, given, pictures));
  const names = within(': data.classNames', () =>
    fillClassNames(pictures.classNames ?? outputNames, pictures.numClasses),
  );
  const order = outputNames && within(': classNames', () => outputOrder(outputNames, names));
  if (trainingSet) within(': trainingSet', () => checkPictures(trainingSet));
  const inTrainingSet = trainingSet && findCopies(pictures, trainingSet);
  const outputs = await predictFor(model, pictures, predictOptions);
  const rows = factsOf(model).outputs === 'logits' ? softmaxRows(outputs, names.length) : outputs;
  const ordered = order ? rows.map((_, i) => rows[i - (i % order.length) + order[i % order.length]!]!) : rows;
  const probabilities = temperature === 1 ? ordered : applyTemperature(ordered, names.length, temperature);
  return createReport({ probabilities, labels, classNames: names, bootstrap, inTrainingSet });
}

/** The class names of a model's outputs, from the options or the model. */
function outputNamesOf(model: tfl.LayersModel, given: ClassNames | undefined, data: LabeledImages) {
  const known = given ?? factsOf(model).classNames;
  if (known === undefined) return undefined;
  const names = namesOf('', known);
  if (names.length === data.numClasses) return names;
  throw inputError('', `${data.numClasses} names`, `${names.length}`);
}

/** The index of the output of each class of the data; undefined if the order is the same. */
function outputOrder(outputs: readonly string[], names: readonly string[]): number[] | undefined {
  const order = names.map((name) => outputs.indexOf(name));
  if (order.every((from, to) => from === to)) return undefined;
  if (outputs.length === names.length && !order.includes(-1)) return order;
  const remedy = 'Use data with the classes that the model was trained on.';
  throw inputError('', `the classes of the data, ${names.join(', ')}`, outputs.join(', '), remedy);
}

function isTensors(data: LabeledImages | LabeledTensors): data is LabeledTensors {
  return typeof data === 'object' && data !== null && 'xs' in data;
}

/** The labels; the most probable class of the target if the label is unknown. */
function scoredLabels({ labels, targets, numClasses }: LabeledImages): Uint8Array {
  if (!targets || !labels.includes(UNLABELED)) return labels;
  const likeliest = argmaxRows(targets, numClasses);
  return labels.map((label, i) =>
    label === UNLABELED && targets[i * numClasses + likeliest[i]!]! > 0 ? likeliest[i]! : label,
  );
}
