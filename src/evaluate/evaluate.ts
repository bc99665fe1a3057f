import type * as tfl from '@tensorflow/tfjs-layers';
import type { LabeledImages } from '../data/batches';
import { UNLABELED } from '../data/batches';
import { inputError } from '../errors';
import type { LabeledTensors } from '../data/to-tensors';
import { readTensors } from '../data/from-tensors';
import type { BootstrapOptions } from '../metrics/bootstrap';
import { fillBootstrap } from '../metrics/bootstrap';
import { checkClasses } from '../metrics/confusion-matrix';
import { argmaxRows, softmaxRows } from '../metrics/probability';
import { applyTemperature } from '../metrics/temperature';
import { checkOutput, type ClassNames, namesOf } from '../models/facts';
import { factsOf } from '../models/known-facts';
import { checkNumber, checkOptions } from '../validate';
import { findCopies } from './duplicates';
import type { PredictOptions } from './predict';
import { checkPictures, PREDICT_OPTIONS, predictFor } from './predict';
import type { EvaluationReport } from './report';
import { checkLabeled, createReport, fillClassNames } from './report';

/**
 * How to evaluate a model: how to run it, and what to add to the report.
 *
 * @example
 * ```ts
 * const options: EvaluateOptions = { trainingSet: training, views: 'flip', bootstrap: { samples: 500 } };
 * const report = await evaluate(model, validation, options);
 * ```
 */
export interface EvaluateOptions extends PredictOptions {
  /** The set that the model was trained on: adds the scores without the pictures that stand in it. Default none. */
  trainingSet?: LabeledImages;
  /** Temperature of the probabilities, above 0; see {@link applyTemperature}. Default 1: as the model gives them. */
  temperature?: number;
  /** How to draw the interval of the accuracy. Default `{ samples: 1000, seed: 0, confidence: 0.95 }`. */
  bootstrap?: BootstrapOptions;
  /**
   * Names of the classes in the order of the model's outputs. Where the data has the same names in another order, the outputs are
   * brought into that. Default: what the model knows, else the names of the data.
   */
  classNames?: ClassNames;
}

/**
 * Runs a model over labelled pictures and scores it. What is scored is the label, or where only a soft target is known the
 * most probable class of that; sample weights play no part. Outputs that do not sum to 1, as those of sigmoid heads, are
 * divided by their sum.
 *
 * @param model A model from one input `[n, h, w, 1]` to one output `[n, numClasses]` of at least 0; borrowed.
 * @param data Labelled pictures, or tensors: xs `[n, h, w, c]` 0..255 and one-hot ys `[n, numClasses]`; borrowed.
 * @param options Options of {@link predict}, the training set, the bootstrap and the names.
 * @returns The report.
 * @throws InputError if an option or the data does not fit, a picture is unlabelled, or the outputs are no probabilities.
 * @throws The signal's reason if it is aborted.
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
  checkOptions('evaluate', options, [...PREDICT_OPTIONS, 'trainingSet', 'temperature', 'bootstrap', 'classNames']);
  const { trainingSet, temperature = 1, bootstrap = {}, classNames: given, ...predictOptions } = options;
  checkNumber('evaluate: temperature', temperature, { min: Number.MIN_VALUE });
  fillBootstrap('evaluate: bootstrap', bootstrap);
  const pictures = isTensors(data) ? await readTensors('evaluate: data', data) : data;
  checkPictures('evaluate: data', pictures);
  const labels = scoredLabels(pictures);
  checkLabeled('evaluate: data.labels', labels);
  checkClasses('evaluate: data.labels', labels, pictures.numClasses);
  const outputNames = outputNamesOf('evaluate: classNames', model, given, pictures);
  const names = fillClassNames('evaluate: data.classNames', pictures.classNames ?? outputNames, pictures.numClasses);
  const order = outputNames && outputOrder('evaluate: classNames', outputNames, names);
  if (trainingSet) checkPictures('evaluate: trainingSet', trainingSet);
  const inTrainingSet = trainingSet && findCopies(pictures, trainingSet);
  const outputs = await predictFor('evaluate', model, pictures, predictOptions);
  const rows = factsOf(model).outputs === 'logits' ? softmaxRows(outputs, names.length) : outputs;
  const ordered = order ? rows.map((_, i) => rows[i - (i % order.length) + order[i % order.length]!]!) : rows;
  const probabilities = temperature === 1 ? ordered : applyTemperature(ordered, names.length, temperature);
  return createReport({ probabilities, labels, classNames: names, bootstrap, inTrainingSet });
}

/** The names of a model's outputs, given or known. */
function outputNamesOf(where: string, model: tfl.LayersModel, given: ClassNames | undefined, data: LabeledImages) {
  checkOutput('evaluate', model, data);
  const known = given ?? factsOf(model).classNames;
  if (known === undefined) return undefined;
  const names = namesOf(where, known);
  if (names.length === data.numClasses) return names;
  throw inputError(where, `${data.numClasses} names`, `${names.length}`);
}

/** For each class of the data the position of its output; undefined where that is the same. */
function outputOrder(where: string, outputs: readonly string[], names: readonly string[]): number[] | undefined {
  const order = names.map((name) => outputs.indexOf(name));
  if (order.every((from, to) => from === to)) return undefined;
  if (outputs.length === names.length && !order.includes(-1)) return order;
  const remedy = 'Evaluate on data with the classes that the model was trained on.';
  throw inputError(where, `the classes of the data, ${names.join(', ')}`, outputs.join(', '), remedy);
}

function isTensors(data: LabeledImages | LabeledTensors): data is LabeledTensors {
  return typeof data === 'object' && data !== null && 'xs' in data;
}

/** The labels, with the most probable class of the target where the label is unknown. */
function scoredLabels({ labels, targets, numClasses }: LabeledImages): Uint8Array {
  if (!targets || !labels.includes(UNLABELED)) return labels;
  const likeliest = argmaxRows(targets, numClasses);
  return labels.map((label, i) =>
    label === UNLABELED && targets[i * numClasses + likeliest[i]!]! > 0 ? likeliest[i]! : label,
  );
}
