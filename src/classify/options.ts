import { inputError } from '../errors';
import type { Box, FaceLandmarks, FaceRegion, Margins } from '../image/region';
import { checkViews, type Views } from '../image/views';
import { checkInteger, checkNumber, checkOptions } from '../validate';

/**
 * The position of the face or faces in the image. Default: the whole image is one face.
 */
export interface FaceOptions {
  /** The box of a face detector, in pixels of the image. */
  box?: Box | undefined;
  /** The eyes, in pixels of the image. The face is aligned by them. */
  landmarks?: FaceLandmarks | undefined;
  /** Several faces, classified in one batch with one result each, in this order. Not together with `box` or `landmarks`. */
  regions?: readonly FaceRegion[] | undefined;
  /** The margin around a box, as a fraction of its longer side; see `cropFaces`. Default: as in FER2013. */
  margin?: number | Margins | undefined;
}

/** Several faces, which return an array of results. */
export interface RegionsOptions {
  /** The faces, in pixels of the image. */
  regions: readonly FaceRegion[];
}

/** Options of {@link Classifier.probabilities}. */
export interface ProbabilityOptions extends FaceOptions {
  /** Test-time augmentation: averages over these views of the image, at 2 or 10 times the cost. Default `'single'`: off. */
  views?: Views | undefined;
}

/** Options of {@link Classifier.classify}. */
export interface ClassifyOptions extends ProbabilityOptions {
  /** The number of classes to return, 1..number of classes. Default: all. */
  topk?: number | undefined;
  /**
   * The minimum probability of the top class, 0..1. Images below it get an empty array. The card's `calibration.coverage` lists coverage
   * and accuracy of each threshold. Default 0.
   */
  minProbability?: number | undefined;
}

/**
 * Throws unless the options are those of {@link Classifier.classify}.
 *
 * @throws {@link InputError}
 */
export function checkClassifyOptions(options: ClassifyOptions, classes: number): void {
  checkProbabilityOptions('classify', options, ['topk', 'minProbability']);
  const { topk, minProbability = 0 } = options;
  if (topk !== undefined) checkInteger('classify: options.topk', topk, { min: 1, max: classes });
  checkNumber('classify: options.minProbability', minProbability, { min: 0, max: 1 });
}

/**
 * Throws unless the options have valid views, and only one way to position faces. Positions are checked when faces are cropped.
 *
 * @param method The method that was called, for messages.
 * @param others The names of further options of the method.
 * @throws {@link InputError}
 */
export function checkProbabilityOptions(
  method: string,
  options: ProbabilityOptions,
  others: readonly string[] = [],
): void {
  const where = `${method}: options`;
  checkOptions(where, options, [...others, 'views', 'box', 'landmarks', 'regions', 'margin']);
  const { box, landmarks, regions, margin, views = 'single' } = options;
  checkViews(`${where}.views`, views);
  if (regions && (box || landmarks)) {
    throw inputError(where, 'regions, or one face by its box or landmarks', 'both', 'Put every face into regions.');
  }
  if (margin !== undefined && !(regions || box || landmarks)) {
    throw inputError(`${where}.margin`, 'a box to apply the margin to', 'none');
  }
}

/** The faces in the options; undefined if the image is the face. */
export function regionsOf({ box, landmarks, regions }: FaceOptions): readonly FaceRegion[] | undefined {
  return regions ?? (box || landmarks ? [{ box, landmarks }] : undefined);
}
