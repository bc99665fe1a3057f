import { inputError } from '../errors';
import type { Box, FaceLandmarks, FaceRegion, Margins } from '../image/region';
import { checkViews, type Views } from '../image/views';
import { checkInteger, checkNumber, checkOptions } from '../validate';

/**
 * Where the face is, or the faces are, in the picture. Without any of it the picture is taken as a face and little else.
 *
 * @example
 * ```ts
 * const face: FaceOptions = { box, margin: 0.1 };
 * await classify(photo, face);
 * ```
 */
export interface FaceOptions {
  /** The box that a face detector gave, in pixels of the picture. */
  box?: Box | undefined;
  /** The eyes, in pixels of the picture: the face is turned and scaled by them. */
  landmarks?: FaceLandmarks | undefined;
  /** Several faces, classified in one batch: a list of results, one for each, in this order. Not with the two above. */
  regions?: readonly FaceRegion[] | undefined;
  /** How much around a box is taken, as a share of its longer side; see {@link CropOptions.margin}. Default: as in FER2013. */
  margin?: number | Margins | undefined;
}

/**
 * Several faces, for which a list of results is returned.
 *
 * @example
 * ```ts
 * const faces: RegionsOptions = { regions: [{ box }] };
 * const [first] = await classify(photo, faces);
 * ```
 */
export interface RegionsOptions {
  /** The faces, in pixels of the picture. */
  regions: readonly FaceRegion[];
}

/**
 * Options of {@link Classifier.probabilities}.
 *
 * @example
 * ```ts
 * const options: ProbabilityOptions = { box, views: 'flipAndShifts' };
 * const probabilities = await classifier.probabilities(photo, options);
 * ```
 */
export interface ProbabilityOptions extends FaceOptions {
  /** Test-time augmentation: the mean over these views of the picture, at 2 or 10 times the cost. Default `'single'`: none. */
  views?: Views | undefined;
}

/**
 * Options of {@link Classifier.classify}.
 *
 * @example
 * ```ts
 * const options: ClassifyOptions = { topk: 2, minProbability: 0.1, views: 'flip' };
 * await classify(picture, options);
 * ```
 */
export interface ClassifyOptions extends ProbabilityOptions {
  /** How many classes to return, the most probable first: an integer in 1..number of classes. Default: all of them. */
  topk?: number | undefined;
  /**
   * Least probability of the best class, 0..1: a picture of which the network is less sure gets an empty list instead of a guess. The
   * card's `calibration.coverage` tells what each threshold costs and gains. Default 0.
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
 * Throws unless the options name views that there are, and say in one way where the faces are. What they say is checked when
 * the faces are cut out.
 *
 * @param method The method that was called, for messages.
 * @param others Names of options that the method has besides.
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
    throw inputError(`${where}.margin`, 'a face to put the margin around', 'none');
  }
}

/** The faces that options name, or undefined where the picture is the face. */
export function regionsOf({ box, landmarks, regions }: FaceOptions): readonly FaceRegion[] | undefined {
  return regions ?? (box || landmarks ? [{ box, landmarks }] : undefined);
}
