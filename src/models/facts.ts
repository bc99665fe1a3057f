import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError, within } from '../errors';
import {
  checkPreprocessing,
  DEFAULT_PREPROCESSING,
  type Pixels,
  type Preprocessing,
  statisticsOf,
} from '../image/preprocess';
import { listNames, parseClassNames } from '../class-names';
import { EMOTIONS } from '../labels';
import { checkOwnWeights } from '../tfjs/own';
import { oneOf, optional, type Parser, type Schema, unchecked } from '../schema';
import { describe } from '../validate';
import { factsOf, type ModelFacts } from './known-facts';
import { checkSizes } from './output-sizes';
import { traitsOf } from './traits';

/**
 * The class names in the order of a model's outputs. `'fer2013'` is the order of {@link EMOTIONS}; `'alphabetical'` is the alphabetical
 * order of the same names, which models trained on folders have.
 */
export type ClassNames = 'fer2013' | 'alphabetical' | readonly string[];

/** The facts about a model that a user can pass. */
export interface GivenFacts {
  /** The class names in the order of the outputs. */
  classNames?: ClassNames | undefined;
  /** The scaling of pixels that the model expects. */
  pixels?: Pixels | undefined;
  /** The full preprocessing; takes precedence over `pixels`. */
  preprocessing?: Preprocessing | undefined;
  /** Whether the outputs are probabilities or logits. */
  outputs?: 'probabilities' | 'logits' | undefined;
}

/** The options of {@link GivenFacts}; what they are is checked against the model. */
export const GIVEN_FACTS = {
  classNames: unchecked<GivenFacts['classNames']>,
  pixels: unchecked<GivenFacts['pixels']>,
  preprocessing: unchecked<GivenFacts['preprocessing']>,
  outputs: unchecked<GivenFacts['outputs']>,
} satisfies Schema<GivenFacts>;

const HOW =
  "Pass classNames: 'alphabetical', 'fer2013' or an array, and pixels: '0..1', '-1..1', '0..255', 'fer2013' or { mean, std }. " +
  'suggestCard finds both from a few labeled images.';

/**
 * Collects the facts about a model that classification needs, from the caller, otherwise from the model.
 *
 * @param model The model; borrowed.
 * @param given The facts from the caller.
 * @returns The facts, checked against the shapes of the model.
 * @throws {@link InputError} if a fact is unknown or does not match the model.
 */
export function resolveFacts(model: tfl.LayersModel, given: GivenFacts): Required<ModelFacts> {
  const known = factsOf(model);
  const classNames = given.classNames ?? known.classNames;
  const preprocessing = resolvePreprocessing(model, given.preprocessing ?? given.pixels);
  if (classNames === undefined || preprocessing === undefined) {
    const missing = [classNames ? [] : 'class names', preprocessing ? [] : 'scaling of pixels'].flat().join(' or ');
    throw inputError('', 'a model with known class names and scaling of pixels', `no ${missing}`, HOW);
  }
  const names = namesOf(': classNames', classNames);
  checkOutput(model, { numClasses: names.length, classNames: names });
  return { classNames: names, preprocessing, outputs: resolveOutputs(model, given.outputs ?? known.outputs) };
}

/** Returns the class names as an array. */
export const namesOf: Parser<readonly string[]> = (where, classNames) => {
  if (classNames === 'fer2013') return EMOTIONS;
  if (classNames === 'alphabetical') return [...EMOTIONS].sort();
  return parseClassNames(where, classNames);
};

/**
 * Checks the facts from the caller, which may be incomplete, against the shapes of a model.
 * @throws {@link InputError} if they do not match.
 */
export function checkFacts(model: tfl.LayersModel, given: GivenFacts): ModelFacts {
  const { classNames: names, outputs } = given;
  const classNames = names && namesOf(': classNames', names);
  if (classNames) checkOutput(model, { numClasses: classNames.length, classNames });
  const pixels = given.preprocessing ?? given.pixels;
  const preprocessing = pixels && resolvePreprocessing(model, pixels);
  parseOutputs(': outputs', outputs);
  return { ...(classNames && { classNames }), ...(preprocessing && { preprocessing }), ...(outputs && { outputs }) };
}

const parseOutputs = optional(oneOf(['probabilities', 'logits']));

function resolveOutputs(model: tfl.LayersModel, outputs: ModelFacts['outputs']): 'probabilities' | 'logits' {
  const given = parseOutputs(': outputs', outputs);
  if (given) return given;
  if (traitsOf(model).outputs !== 'logits') return 'probabilities';
  const remedy = "Pass outputs: 'logits' if the outputs need a softmax.";
  throw inputError('', 'a model that ends in softmax or sigmoid', 'one with a linear output layer', remedy);
}

/**
 * Returns the preprocessing of a model, from the caller, otherwise from the model.
 *
 * @param model The model; borrowed.
 * @param given The full preprocessing, or only the scaling of pixels.
 * @returns The preprocessing for the model's input size and channels; undefined if it is unknown.
 * @throws {@link InputError} if it does not match the model's input, or the input is not an image.
 */
export function resolvePreprocessing(
  model: tfl.LayersModel,
  given: Preprocessing | Pixels | undefined,
): Preprocessing | undefined {
  const shape = model?.inputs?.length === 1 ? model.inputs[0]!.shape : undefined;
  const channels = shape?.[3];
  if (shape?.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw inputError(
      ': model',
      'a built model with one input of shape [null, height, width, 1 or 3]',
      shape ? `the input shape ${shapeText(shape)}` : `${model?.inputs?.length ?? 'no known'} inputs`,
    );
  }
  const found = given ?? factsOf(model).preprocessing ?? (traitsOf(model).rescales ? '0..255' : undefined);
  if (found === undefined) return undefined;
  const whole = typeof found === 'object' && 'inputSize' in found ? found : undefined;
  if (whole) checkPreprocessing(whole);
  const [height = shape[1], width = shape[2]] = whole?.inputSize ?? [];
  const inputSize = [
    shape[1] ?? height ?? DEFAULT_PREPROCESSING.inputSize[0],
    shape[2] ?? width ?? DEFAULT_PREPROCESSING.inputSize[1],
  ] as const;
  if (whole && (inputSize[0] !== height || inputSize[1] !== width || (whole.channels ?? 1) !== channels)) {
    throw inputError(
      ': preprocessing',
      `preprocessing for the input ${shapeText(shape)}`,
      `inputSize ${describe(whole.inputSize)} and ${whole.channels ?? 1} channels`,
      'Pass pixels instead to use the input size and channels of the model.',
    );
  }
  const { mean, std } = whole ?? within(': pixels', () => statisticsOf(found as Pixels));
  const preprocessing = { inputSize, ...(channels === 3 && { channels }), mean, std };
  checkPreprocessing(preprocessing);
  if (shape.slice(1).includes(null)) checkSizes(model, [...inputSize, channels]);
  return preprocessing;
}

/** Throws unless the model has one output with the given number of classes, at least 2. */
export function checkOutput(
  model: tfl.LayersModel,
  { numClasses, classNames }: { numClasses: number; classNames?: readonly string[] | undefined },
): void {
  within(': model', () => checkModel(model));
  const { outputs } = model;
  const shape = outputs.length === 1 ? outputs[0]!.shape : undefined;
  if (shape?.length === 2 && shape[1] === numClasses) return;
  throw inputError(
    ': model',
    `one output of shape [null, ${numClasses}]${classNames ? ` for the classes ${listNames(classNames)}` : ''}`,
    shape ? `the output shape ${shapeText(shape)}` : `${outputs.length} outputs`,
    'Create one with createModel(name, { classNames }) and the classNames of the data.',
  );
}

function shapeText(shape: readonly (number | null)[]): string {
  return `[${shape.map(String).join(', ')}]`;
}

/** Throws unless a value is a model in use. */
export function checkModel(model: unknown): asserts model is tfl.LayersModel {
  const { predict, inputs } = Object(model) as Partial<tfl.LayersModel>;
  if (typeof predict === 'function' && Array.isArray(inputs))
    return checkOwnWeights((model as tfl.LayersModel).weights);
  throw inputError('', 'a built tf.LayersModel', describe(model));
}
