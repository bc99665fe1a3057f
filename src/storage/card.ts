import type { Pixels, Preprocessing } from '../image/preprocess';
import type { ClassNames } from '../models/facts';
import type { CardMetric, CardClassScores, CardQuantization, CardCalibration, CardPeople } from './card-measured';

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
