import type * as tfl from '@tensorflow/tfjs-layers';
import { ensureBackend } from '../backend/backend';
import { type LabeledImages, UNLABELED } from '../data/batches';
import { selectImages } from '../data/select';
import { inputError, within } from '../errors';
import { checkPictures } from '../evaluate/predict';
import type { Pixels, Preprocessing } from '../image/preprocess';
import { EMOTIONS } from '../labels';
import { checkModel } from '../models/facts';
import { describe } from '../validate';
import { rankTrials, warningOf } from './card-trials';
import { type ModelTraits, traitsOf } from '../models/traits';
import { fitLabels } from './fit-labels';
import { wordOf } from './label-orders';
import { type ImageFacts, scaledOutputs, SCALINGS } from './scaled-outputs';

/**
 * An order of classes and a scaling of pixels, and how well they fit a sample.
 */
export interface CardCandidate {
  /** The classes in the order of the outputs, by the data set's names. */
  classNames: readonly string[];
  /** What the order is called: `'fer2013'`, `'alphabetical'` and others of known data sets; `'fitted'` if it was made to fit the sample. */
  order: string;
  /** How pixels are scaled. */
  pixels: Pixels;
  /** The same, as a card has it. */
  preprocessing: Preprocessing;
  /** Share of the images that are classified rightly, among those whose class the model has, 0..1. */
  accuracy: number;
  /** Mean of -ln of the probability of the right class. */
  logLoss: number;
}

/**
 * What fits best, and everything else that was tried.
 */
export interface CardSuggestion extends CardCandidate {
  /** What the model's outputs are. */
  outputs: ModelTraits['outputs'];
  /** At most ten candidates, the best first. */
  candidates: CardCandidate[];
  /** Why the suggestion is not sure. Undefined if it fits clearly better than all others. */
  warning: string | undefined;
}

/**
 * Options of `suggestCard`.
 */
export interface SuggestOptions {
  /** Names of the data set's classes in the order of its labels. Default: its own `classNames`, else the seven `EMOTIONS`. */
  classNames?: readonly string[];
  /** Images a batch, at least 1. Default 64. */
  batchSize?: number;
  /** Stops the run between two batches; its reason is thrown. Default none. */
  signal?: AbortSignal;
}

const MAX_CLASSES = 12; // beyond which there are too many orders

/** Finds what fits a labeled sample; see `suggestCard`. The options are checked. */
export async function searchCard(
  model: tfl.LayersModel,
  data: LabeledImages,
  { classNames: given, batchSize, signal }: SuggestOptions & { batchSize: number },
): Promise<CardSuggestion> {
  within(': data', () => checkPictures(data));
  const names = namesOf(data, given);
  within(': model', () => checkModel(model));
  const facts = imageFactsOf(model);
  const sample = labeled(data);
  await ensureBackend('');
  const outputs = await scaledOutputs(model, sample, facts, batchSize, signal);
  const isNegative = outputs.some((all) => all.some((value) => value < 0));
  const logits = facts.outputs === 'logits' || (facts.outputs === 'unknown' && isNegative);
  const labels = Array.from(sample.labels);
  const fits = outputs.map((all) => fitLabels(all, facts.classes, labels, names.length, logits));
  const whole = { names, labels, classes: facts.classes };
  const trials = rankTrials(whole, fits);
  if (trials.length === 0) {
    throw inputError(': model', `the classes of the data, ${names.join(', ')}`, `${facts.classes} classes`);
  }
  const [height, width] = [facts.inputShape[0] ?? data.height, facts.inputShape[1] ?? data.width];
  const candidates = trials.map(({ scaling, order, classNames, accuracy, logLoss }): CardCandidate => {
    const { pixels, mean, std } = SCALINGS[scaling]!;
    const preprocessing = {
      inputSize: [height, width] as const,
      ...(facts.channels === 3 && { channels: 3 as const }),
      mean,
      std,
    };
    return { classNames, order, pixels, preprocessing, accuracy, logLoss };
  });
  const nameOf = (scaling: number) => JSON.stringify(SCALINGS[scaling]!.pixels);
  return { ...candidates[0]!, outputs: facts.outputs, candidates, warning: warningOf(trials, whole, nameOf) };
}

function imageFactsOf(model: tfl.LayersModel): ImageFacts {
  const facts = traitsOf(model);
  const [input, output] = [model.inputs[0]!.shape, model.outputs[0]!.shape];
  const { channels, classes } = facts;
  const isOne = model.inputs.length === 1 && model.outputs.length === 1 && output.length === 2;
  if (isOne && (channels === 1 || channels === 3) && classes !== undefined && classes <= MAX_CLASSES) {
    return { ...facts, channels, classes };
  }
  const expected = `one input [null, height, width, 1 or 3] and one output [null, at most ${MAX_CLASSES} classes]`;
  throw inputError(': model', expected, `[${input.join(', ')}] to [${output.join(', ')}]`);
}

function namesOf({ numClasses, ...data }: LabeledImages, given?: readonly string[]): readonly string[] {
  const names = given ?? (data as { classNames?: readonly string[] }).classNames ?? EMOTIONS;
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '');
  if (
    isList &&
    names.length === numClasses &&
    new Set(names.map(wordOf)).size === numClasses &&
    numClasses <= MAX_CLASSES
  )
    return names;
  const expected = `${numClasses} different names, as the data has classes, at most ${MAX_CLASSES}`;
  throw inputError(': classNames', expected, describe(names));
}

/** The images that have a label. */
function labeled(data: LabeledImages): LabeledImages {
  const indices = Array.from(data.labels.keys()).filter((i) => data.labels[i] !== UNLABELED);
  const odd = indices.find((i) => data.labels[i]! >= data.numClasses);
  const expected = `labels in 0..${data.numClasses - 1}, at least one`;
  if (odd !== undefined) throw inputError(': data.labels', expected, `${data.labels[odd]!} at index ${odd}`);
  if (indices.length === 0) throw inputError(': data.labels', expected, 'none');
  return selectImages(data, Uint32Array.from(indices));
}
