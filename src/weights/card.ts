import type { Preprocessing } from '../image/preprocess';
import type { ClassScores } from '../metrics/class-scores';
import type { CoveragePoint } from '../metrics/coverage';

/**
 * The data that a network was trained on.
 *
 * @example
 * ```ts
 * const data: CardData = { name: 'mine', split: 'training', rows: 5000, source: 'our own pictures', license: 'CC BY 4.0' };
 * checkCardDraft({ ...card, data });
 * ```
 */
export interface CardData {
  /** Name of the data set, for instance `FER2013`. */
  name: string;
  /** The split that was trained on, for instance `Training`. */
  split: string;
  /** Number of pictures in it. */
  rows: number;
  /** Where it comes from: a citation or URL. */
  source: string;
  /** What its licence allows and asks for. */
  license: string;
}

/**
 * How a network was trained, in enough detail to do it again.
 *
 * @example
 * ```ts
 * const { training } = (await readBundled('shallow')).card;
 * const { command, epochs } = training as CardTraining;
 * ```
 */
export interface CardTraining {
  /** The command that reproduces the weights. */
  command: string;
  /** Seed of the run. */
  seed: number;
  /** Epochs that the weights have seen. */
  epochs: number;
  /** The recipe in words: optimizer, schedule, augmentation, regularisation, averaging. */
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
 *
 * @example
 * ```ts
 * const { metrics } = (await readBundled('shallow')).card;
 * for (const { split, protocol, accuracy } of metrics as CardMetric[]) console.log(split, protocol, accuracy);
 * ```
 */
export interface CardMetric {
  /** The split that was scored, for instance `PublicTest`. */
  split: string;
  /** How, for instance `single view`. */
  protocol: string;
  /** Number of pictures scored. */
  rows: number;
  /** Share of the pictures classified right, 0..1. */
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
 * How well one class is recognised.
 *
 * @example
 * ```ts
 * const { perClass } = (await readBundled('shallow')).card;
 * for (const { className, recall } of perClass as CardClassScores[]) console.log(className, recall);
 * ```
 */
export interface CardClassScores extends ClassScores {
  /** Name of the class. */
  className: string;
}

/**
 * What storing the weights in fewer bits changed, against float32.
 *
 * @example
 * ```ts
 * const { quantization } = (await readBundled('shallow')).card;
 * const { accuracyChange, unchangedLabels } = quantization as CardQuantization;
 * ```
 */
export interface CardQuantization {
  /** The split on which both were compared. */
  split: string;
  /** Accuracy of the stored weights minus that of the float32 weights, -1..1. */
  accuracyChange: number;
  /** Share of the pictures whose class stayed the same, 0..1. */
  unchangedLabels: number;
}

/**
 * How the probabilities were made to tell how often they are right.
 *
 * @example
 * ```ts
 * const { calibration } = (await readBundled('shallow')).card;
 * const { temperature, errorBefore, errorAfter } = calibration as CardCalibration;
 * ```
 */
export interface CardCalibration {
  /** Temperature that a classifier applies to the outputs, 0.05..20; see `applyTemperature`. */
  temperature: number;
  /** The split on whose even rows the temperature was fitted, and on whose odd rows its effect was measured. */
  split: string;
  /** Number of pictures that the effect was measured on. */
  rows: number;
  /** Expected calibration error on them before, 0..1. */
  errorBefore: number;
  /** Expected calibration error on them after, 0..1. */
  errorAfter: number;
  /** Accuracy on them against coverage, for the choice of `minProbability`. */
  coverage: readonly CoveragePoint[];
}

/**
 * The stored weights, for checking them before use.
 *
 * @example
 * ```ts
 * const { dtype, bytes, sha256 }: CardWeights = (await readBundled('shallow')).card.weights;
 * ```
 */
export interface CardWeights {
  /** How the tensors are stored; see `encodeModel`. */
  dtype: WeightsDtype;
  /** Length of all weight data in bytes. */
  bytes: number;
  /** SHA-256 of the weight data, 64 lower-case hexadecimal digits. */
  sha256: string;
}

/**
 * How tensors are stored: all as float32 or float16, all as uint8, or each by its size.
 *
 * @example
 * ```ts
 * const dtype: WeightsDtype = 'float16';
 * const encoded = await encodeModel(model, { card, dtype });
 * ```
 */
export type WeightsDtype = 'float32' | 'float16' | 'uint8' | 'mixed';

/**
 * What an author writes on a card. The name, the labels and the preprocessing are what a classifier cannot do without; the rest says
 * where the weights come from and what they are good for.
 *
 * @example
 * ```ts
 * const draft: CardDraft = { name: 'mine', architecture: 'shallow', labels: EMOTIONS, preprocessing: DEFAULT_PREPROCESSING };
 * const encoded = await encodeModel(model, { card: draft });
 * ```
 */
export interface CardDraft {
  /** Name of the weights, for instance `deep`. */
  name: string;
  /** The architecture: a name of the model registry, or in words. */
  architecture: string;
  /** What the class at each position of the output is called; distinct, at least 2. */
  labels: readonly string[];
  /** What is done to a picture before the network sees it. */
  preprocessing: Preprocessing;
  /** One or two sentences for a reader. */
  description?: string;
  /** The training data. */
  data?: CardData;
  /** The training run. */
  training?: CardTraining;
  /** Scores, the most telling first. */
  metrics?: readonly CardMetric[];
  /** The classes one by one, single view, on the split of the first metric. */
  perClass?: readonly CardClassScores[];
  /** What quantisation changed. */
  quantization?: CardQuantization;
  /** How the probabilities were calibrated. */
  calibration?: CardCalibration;
  /** Versions of the software that made the weights, by package. */
  versions?: Readonly<Record<string, string>>;
  /** Licence of the weights, an SPDX identifier where there is one. */
  license?: string;
  /** What the weights are meant for, and what not. */
  intendedUse?: string;
  /** Known weaknesses, one a line. */
  limitations?: readonly string[];
}

/**
 * A card as it is stored: what its author wrote and what follows from the model and its weights.
 *
 * @example
 * ```ts
 * const card: ModelCard = (await readBundled('shallow')).card;
 * console.log(card.name, card.parameters, card.weights.dtype);
 * ```
 */
export interface ModelCard extends CardDraft {
  /** Version of the card's format. */
  formatVersion: 1;
  /** Number of parameters, batch-norm statistics included. */
  parameters: number;
  /** The stored weights. */
  weights: CardWeights;
}
