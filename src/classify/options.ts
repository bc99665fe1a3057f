import { inputError } from '../errors';
import type { Box, FaceLandmarks, FaceRegion, Margins } from '../image/region';
import { parseViews, type Views } from '../image/views';
import { integer, object, optional, type Schema, share, unchecked } from '../schema';

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

/** The options that all methods share. */
export const SHARED = {
  views: parseViews,
  box: unchecked<Box | undefined>, // faces are checked where they are cut out
  landmarks: unchecked<FaceLandmarks | undefined>,
  regions: unchecked<readonly FaceRegion[] | undefined>,
  margin: unchecked<number | Margins | undefined>,
} satisfies Schema<ProbabilityOptions>;

const shared = object(SHARED);

/** The options that say which of so many classes are returned. */
export const topOptions = (classes: number) =>
  ({
    topk: optional(integer({ min: 1, max: classes })),
    minProbability: optional(share, 0),
  }) satisfies Schema<Pick<ClassifyOptions, 'topk' | 'minProbability'>>;

/** Checks the options of `classify`. */
export function checkClassifyOptions(options: ClassifyOptions, classes: number): void {
  const parse = object({ ...SHARED, ...topOptions(classes) } satisfies Schema<ClassifyOptions>);
  const where = 'classify: options';
  checkFaces(where, parse(where, options));
}

/** Checks the options of `probabilities`. */
export function checkProbabilityOptions(options: ProbabilityOptions): void {
  const where = 'probabilities: options';
  checkFaces(where, shared(where, options));
}

/** Checks that the options about faces match each other. */
export function checkFaces(where: string, { box, landmarks, regions, margin }: FaceOptions): void {
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
