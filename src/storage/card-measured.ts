import type { ClassScores } from '../metrics/class-scores';
import type { CoveragePoint } from '../metrics/coverage';

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
