import type { Pixels, Preprocessing } from '../image/preprocess';
import type { ClassScores } from '../metrics/class-scores';
import type { CoveragePoint } from '../metrics/coverage';
import type { ClassNames } from '../models/facts';

/**
 * The data that a model was trained on.
 */
export interface CardData {
  /** Name of the data set, for instance `FER2013`. */
  name: string;
  /** The split that was trained on, for instance `Training`. */
  split: string;
  /** Number of images in it. */
  rows: number;
  /** Where it comes from: a citation or URL. */
  source: string;
  /** What its license allows and asks for. */
  license: string;
}

/**
 * How a model was trained, in enough detail to do it again.
 */
export interface CardTraining {
  /** The command that reproduces the weights. */
  command: string;
  /** Seed of the run. */
  seed: number;
  /** Epochs that the weights have seen. */
  epochs: number;
  /** The recipe in words: optimizer, schedule, augmentation, regularization, averaging. */
  recipe: string;
  /** Backend of the run, for instance `tensorflow`. */
  backend: string;
  /** Wall time in seconds. */
  wallTimeSeconds: number;
  /** The machine in words. */
  machine: string;
  /** Last day of the run, `YYYY-MM-DD`. */
  date: string;
  /** Where soft targets came from, if there were any. */
  softTargets?: string;
}

/**
 * A score and how it was obtained.
 */
export interface CardMetric {
  /** The split that was scored, for instance `PublicTest`. */
  split: string;
  /** How, for instance `single view`. */
  protocol: string;
  /** Number of images scored. */
  rows: number;
  /** Share of the images classified right, 0..1. */
  accuracy: number;
  /** Further figures by name, for instance `macroF1`. */
  figures?: Readonly<Record<string, number>>;
  /** Backend of the evaluation. */
  backend: string;
  /** Day of the evaluation, `YYYY-MM-DD`. */
  date: string;
  /** The command that reproduces the score. */
  command: string;
}

/**
 * How well one class is recognized.
 */
export interface CardClassScores extends ClassScores {
  /** Name of the class. */
  className: string;
}

/**
 * What storing the weights in fewer bits changed, against float32.
 */
export interface CardQuantization {
  /** The split on which both were compared. */
  split: string;
  /** Accuracy of the stored weights minus that of the float32 weights, -1..1. */
  accuracyChange: number;
  /** Share of the images whose class stayed the same, 0..1. */
  unchangedLabels: number;
}

/**
 * How the probabilities were made to tell how often they are right.
 */
export interface CardCalibration {
  /** Temperature that a classifier applies to the outputs, 0.05..20; see `applyTemperature`. */
  temperature: number;
  /** The split on whose even rows the temperature was fitted, and on whose odd rows its effect was measured. */
  split: string;
  /** Number of images that the effect was measured on. */
  rows: number;
  /** Expected calibration error on them before, 0..1. */
  errorBefore: number;
  /** Expected calibration error on them after, 0..1. */
  errorAfter: number;
  /** Accuracy on them against coverage, for the choice of `minProbability`. */
  coverage: readonly CoveragePoint[];
  /** The same error on damaged images. */
  damaged?: CardDamagedCalibration;
}

/**
 * How far the probabilities of damaged images are from the truth, calibrated as on the card.
 */
export interface CardDamagedCalibration {
  /** The split whose images were damaged. */
  split: string;
  /** Number of images of each kind of damage. */
  rows: number;
  /** How strong the damage was, for instance `middle`. */
  strength: string;
  /** Expected calibration error on the undamaged images, 0..1. */
  clean: number;
  /** Mean of `errors`, 0..1. */
  mean: number;
  /** Expected calibration error by kind of damage, 0..1. */
  errors: Readonly<Record<string, number>>;
  /** Backend of the evaluation. */
  backend: string;
  /** Day of the evaluation, `YYYY-MM-DD`. */
  date: string;
  /** The command that reproduces the errors. */
  command: string;
}

/**
 * How many of some photos got the right class, with the 95 % Wilson interval of their share.
 */
export interface CardRecognition {
  /** Number of photos with the right class. */
  right: number;
  /** Lower bound of the share, 0..1. */
  low: number;
  /** Upper bound of the share, 0..1. */
  high: number;
}

/**
 * What was recognized in one group of people.
 */
export interface CardGroup {
  /** What the group has in common: `all`, `gender` or `ethnicity`. */
  by: string;
  /** The group, in the words of the data set, for instance `female`. */
  name: string;
  /** Number of persons, each with a neutral photo and a smile. */
  persons: number;
  /** Neutral photos that were called neutral. */
  neutral: CardRecognition;
  /** Smiles that were called happy. */
  smiles: CardRecognition;
}

/**
 * How the model does on photos of people, from the photo to the class, group by group.
 */
export interface CardPeople {
  /** Where the photos come from: a citation or URL. */
  source: string;
  /** How, in words: detector, frame, views. */
  protocol: string;
  /** All persons, then the groups. */
  groups: readonly CardGroup[];
  /** Backend of the evaluation. */
  backend: string;
  /** Day of the evaluation, `YYYY-MM-DD`. */
  date: string;
  /** The command that reproduces the counts. */
  command: string;
}

/**
 * The stored weights, for checking them before use.
 */
export interface CardWeights {
  /** How the tensors are stored; see `saveModel`. */
  dtype: WeightsDtype;
  /** Length of all weight data in bytes. */
  bytes: number;
  /** SHA-256 of the weight data, 64 lower-case hexadecimal digits; none where the platform cannot compute it. */
  sha256?: string;
}

/**
 * How tensors are stored: all as float32 or float16, all as uint8, or each by its size.
 */
export type WeightsDtype = 'float32' | 'float16' | 'uint8' | 'mixed';

/**
 * What a classifier was taught from: see `createTeacher` of `fer-cnn/teach`.
 */
export interface CardTaught {
  /** The model whose vectors were learned from: its name, and the SHA-256 of its weights if its card tells it. */
  base: { name: string; sha256?: string };
  /** How the head was learned. */
  method: 'prototypes' | 'logistic' | 'fineTune';
  /** The number of samples and takes of each class; both are 0 for classes that the base brought, and for `'none of these'`. */
  classes: readonly { className: string; samples: number; takes: number }[];
}

/** What a card says for its reader, and no program needs. */
interface CardNotes {
  /** One or two sentences for a reader. */
  description?: string;
  /** The training data. */
  data?: CardData;
  /** The training run. */
  training?: CardTraining;
  /** What a few samples taught the model. */
  taught?: CardTaught;
  /** Scores, the most telling first. */
  metrics?: readonly CardMetric[];
  /** The classes one by one, single view, on the split of the first metric. */
  perClass?: readonly CardClassScores[];
  /** What quantization changed. */
  quantization?: CardQuantization;
  /** How the probabilities were calibrated. */
  calibration?: CardCalibration;
  /** Photos of people, by gender and ethnicity. */
  people?: CardPeople;
  /** Versions of the software that made the weights, by package. */
  versions?: Readonly<Record<string, string>>;
  /** License of the weights, an SPDX identifier where there is one. */
  license?: string;
  /** What the weights are meant for, and what not. */
  intendedUse?: string;
  /** Known weaknesses, one a line. */
  limitations?: readonly string[];
}

/**
 * What a user says about a model. Everything that the library knows itself may be left out: models that it built, trained or loaded know
 * their class names and preprocessing. For a model from elsewhere give `classNames` and `pixels`.
 *
 * @example
 * ```ts
 * const card: CardDraft = { classNames: 'alphabetical', pixels: '0..1' };
 * const classifier = await loadClassifier({ model, card });
 * ```
 */
export interface CardDraft extends CardNotes {
  /** Name of the weights. Default: that of the model, or the last part of the target. */
  name?: string;
  /** The architecture: `'compact'`, `'deep'`, `'shallow'`, or in words. Default: the name of the model. */
  architecture?: string;
  /** Names of the classes in the order of the outputs; `'alphabetical'` and `'fer2013'` are orders of the seven emotions. */
  classNames?: ClassNames;
  /** How the model expects its pixels; its input gives size and channels. */
  pixels?: Pixels;
  /** The same in full; takes precedence over `pixels`. */
  preprocessing?: Preprocessing;
  /** Whether the outputs are probabilities, as by default, or logits, which become probabilities by a softmax. */
  outputs?: 'probabilities' | 'logits';
}

/**
 * What is known about a trained model: what turns an image into its input and its outputs into names, and where it comes from.
 *
 * @example
 * ```ts
 * const { card } = await loadModel('shallow');
 * const line = ({ name, classNames, metrics }: ModelCard) => `${name}: ${classNames.length} classes, ${metrics?.[0]?.accuracy}`;
 * console.log(line(card));
 * ```
 */
export interface ModelCard extends CardNotes {
  /** Version of the card's format. */
  formatVersion: 1;
  /** Name of the weights, for instance `deep`. */
  name: string;
  /** The architecture: a name of `MODELS`, or in words. */
  architecture: string;
  /** Name of the class at each position of the output; distinct, 2..255 of them. */
  classNames: readonly string[];
  /** What is done to an image before the model sees it. */
  preprocessing: Preprocessing;
  /** Whether the outputs are probabilities, as by default, or logits, which become probabilities by a softmax. */
  outputs?: 'probabilities' | 'logits';
  /** Number of parameters, batch-norm statistics included. */
  parameters: number;
  /** The stored weights; none for a model that was never stored. */
  weights?: CardWeights;
}
