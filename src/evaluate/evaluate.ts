import type * as tfl from '@tensorflow/tfjs-layers';
import type { LabeledImages } from '../data/batches';
import { UNLABELED } from '../data/batches';
import type { LabeledTensors } from '../data/to-tensors';
import { readTensors } from '../data/from-tensors';
import type { BootstrapOptions } from '../metrics/bootstrap';
import { fillBootstrap } from '../metrics/bootstrap';
import { checkClasses } from '../metrics/confusion-matrix';
import { argmaxRows } from '../metrics/probability';
import { applyTemperature } from '../metrics/temperature';
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
  /** Names of the classes. Default the seven emotions, or `class 0`, `class 1`, … for another number of classes. */
  classNames?: readonly string[];
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
  const { trainingSet, temperature = 1, bootstrap = {}, classNames, ...predictOptions } = options;
  checkNumber('evaluate: temperature', temperature, { min: Number.MIN_VALUE });
  fillBootstrap('evaluate: bootstrap', bootstrap);
  const pictures = isTensors(data) ? await readTensors('evaluate: data', data) : data;
  checkPictures('evaluate: data', pictures);
  const labels = scoredLabels(pictures);
  checkLabeled('evaluate: data.labels', labels);
  checkClasses('evaluate: data.labels', labels, pictures.numClasses);
  fillClassNames('evaluate: classNames', classNames, pictures.numClasses);
  if (trainingSet) checkPictures('evaluate: trainingSet', trainingSet);
  const inTrainingSet = trainingSet && findCopies(pictures, trainingSet);
  const outputs = await predictFor('evaluate', model, pictures, predictOptions);
  const probabilities = temperature === 1 ? outputs : applyTemperature(outputs, pictures.numClasses, temperature);
  return createReport({ probabilities, labels, classNames, bootstrap, inTrainingSet });
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
