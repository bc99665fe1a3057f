import * as tf from '@tensorflow/tfjs-core';
import { ensureBackend } from '../backend/backend';
import { inputError } from '../errors';
import { classify } from '../classify/classify';
import type { Classifier } from '../classify/classifier';
import { type ClassifyOptions, type RegionsOptions, SHARED, topOptions } from '../classify/options';
import type { Prediction } from '../classify/predictions';
import { isBatch } from '../image/input';
import type { ImageSource } from '../image/read';
import { EMOTIONS } from '../labels';
import { having, integer, number, object, optional, type Schema, share, signal, unchecked } from '../schema';
import { correctPredictions, type FaceBaseline, parseBaseline } from './baseline';
import { sharedDetector } from './blazeface/shared';
import { type DetectedFace, type FaceDetector, FOUND, usableFaces } from './detector';
import { openPhoto } from './photo';

/**
 * Options of {@link createFaceClassifier}.
 */
export interface FaceClassifierOptions {
  /**
   * What finds the faces: an adapter for a package, or any object with such a `detect`; borrowed. Default: the detector in this package, which
   * all calls without another one share, loaded with the first photo.
   */
  detector?: FaceDetector | undefined;
  /** What classifies the faces; borrowed. Default: the weights that `classify()` uses, loaded with the first face. */
  classifier?: Classifier | undefined;
  /** Minimum score of a face, 0..1; faces without a score count as sure. Default 0: the detector decides. */
  minScore?: number | undefined;
  /** Minimum longer side of a face's box, in pixels. Default 16: in smaller ones detectors err and no expression shows. */
  minSize?: number | undefined;
  /** How many faces at most, at least 1; the largest are taken. Default: all. */
  maxFaces?: number | undefined;
  /**
   * A person's resting face, by which the probabilities are corrected: what {@link measureBaseline} returned for the same classifier. It
   * holds for that person only. Default: none.
   */
  baseline?: FaceBaseline | undefined;
}

/**
 * Options of {@link FaceClassifier.classify}: those of `Classifier.classify` that do not say where the face is, and two more.
 */
export interface ClassifyFacesOptions extends Omit<ClassifyOptions, 'box' | 'landmarks' | 'regions'> {
  /** Where the faces are, if that is known already: the detector is not asked. For one photo only. */
  faces?: readonly DetectedFace[] | undefined;
  /** Stops the work: the call rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * A face and what its expression is taken for.
 */
export interface ClassifiedFace extends DetectedFace {
  /** `[{ className, probability }, …]` in descending order. */
  readonly predictions: Prediction[];
}

/**
 * Finds and classifies the faces in photos. Get one from {@link createFaceClassifier}.
 */
export interface FaceClassifier {
  /** The resting face by which results are corrected; undefined without one. */
  readonly baseline?: FaceBaseline | undefined;
  /** Finds and classifies the faces in several photos, one photo after another: an array of faces for each. */
  classify(photo: readonly ImageSource[] | tf.Tensor4D, options?: ClassifyFacesOptions): Promise<ClassifiedFace[][]>;
  /**
   * Finds the faces in a photo, the largest first, and classifies them in one batch.
   *
   * @param photo One image of any size, decoded or not; or several, as an array or a tensor [n, h, w, c]. Borrowed until the promise
   *   settles.
   * @param options As for one face.
   * @returns For each face `{ box, landmarks, score, predictions }`, with positions in pixels of the photo; an empty array if there is none.
   *   For several photos one such array each.
   * @throws InputError if a photo is not an image, or an option is not valid.
   */
  classify(photo: ImageSource, options?: ClassifyFacesOptions): Promise<ClassifiedFace[]>;
}

const parse = object({
  detector: optional(
    having<FaceDetector>(
      'detect',
      'a face detector with a method detect',
      'Use an adapter, for instance fromHuman(human).',
    ),
  ),
  classifier: optional(having<Classifier>('classify', 'a classifier', 'Write `await loadClassifier()`.')),
  minScore: optional(share, 0),
  minSize: optional(number({ min: 0 }), 16),
  maxFaces: (where, value = Infinity) => (value === Infinity ? value : integer({ min: 1 })(where, value)),
  baseline: unchecked<FaceBaseline | undefined>, // is compared with the classifier
} satisfies Schema<FaceClassifierOptions>);

/**
 * Joins a face detector and a classifier. Faces are cut out as FER2013 frames them and turned upright by their eyes, if the detector
 * tells where those are; all faces of a photo are classified in one batch.
 *
 * @param options The detector, the classifier, and which faces count.
 * @returns The face classifier. It holds nothing that must be freed.
 * @throws InputError if an option is not valid.
 * @example
 * ```ts
 * const faces = createFaceClassifier({ classifier: await loadClassifier('deep'), minSize: 40 });
 * for (const { box, predictions } of await faces.classify(photo)) console.log(box, predictions[0]);
 * ```
 */
export function createFaceClassifier(options: FaceClassifierOptions = {}): FaceClassifier {
  return faceClassifierFor('classify', options);
}

/** A face classifier whose errors name the function that is called. */
export function faceClassifierFor(name: string, options: FaceClassifierOptions): FaceClassifier {
  const where = 'createFaceClassifier: options';
  const { detector, classifier: given, minScore, minSize, maxFaces, ...rest } = parse(where, options);
  const classifier = given ?? { classify };
  const classNames = given ? given.card?.classNames : EMOTIONS;
  const baseline = rest.baseline && parseBaseline(`${where}.baseline`, rest.baseline, classNames);

  async function classifyOne(input: ImageSource, optionsOfCall: ClassifyFacesOptions): Promise<ClassifiedFace[]> {
    const { faces: known, signal, ...classifyOptions } = optionsOfCall;
    signal?.throwIfAborted();
    const photo = await openPhoto(input, name);
    try {
      const found = known ?? (await (detector ?? (await sharedDetector())).detect(photo, { signal }));
      signal?.throwIfAborted();
      const place = `${name}: ${known ? 'options.faces' : FOUND}`;
      const counts = ({ box, score = 1 }: DetectedFace) =>
        score >= minScore && Math.max(box.width, box.height) >= minSize;
      const faces = usableFaces(place, found, [photo.height, photo.width]).filter(counts).slice(0, maxFaces);
      if (faces.length === 0) return [];
      const { content } = photo;
      const all = { ...classifyOptions, regions: faces.map(toRegion) };
      const lists = baseline ? await corrected(content, all, baseline) : await classifier.classify(content, all);
      return faces.map((face, i) => ({ ...face, predictions: lists[i]! }));
    } finally {
      photo.dispose();
    }
  }

  /** Corrects all classes before it takes the most probable ones. */
  async function corrected(
    picture: ImageSource,
    { topk, minProbability = 0, ...others }: ClassifyOptions & RegionsOptions,
    resting: FaceBaseline,
  ): Promise<Prediction[][]> {
    const lists = await classifier.classify(picture, others);
    return lists.map((list) => {
      const best = correctPredictions(list, resting);
      return best[0]!.probability < minProbability ? [] : best.slice(0, topk);
    });
  }

  function classifyFaces(
    photo: readonly ImageSource[] | tf.Tensor4D,
    options?: ClassifyFacesOptions,
  ): Promise<ClassifiedFace[][]>;
  function classifyFaces(photo: ImageSource, options?: ClassifyFacesOptions): Promise<ClassifiedFace[]>;
  async function classifyFaces(
    input: ImageSource | readonly ImageSource[] | tf.Tensor4D,
    classifyOptions: ClassifyFacesOptions = {},
  ): Promise<ClassifiedFace[] | ClassifiedFace[][]> {
    checkOptions(name, classifyOptions, given?.card.classNames.length ?? EMOTIONS.length);
    await ensureBackend(name);
    const isSeveral = Array.isArray(input) || isBatch(input);
    if (!isSeveral) return classifyOne(input as ImageSource, classifyOptions);
    if (classifyOptions.faces) throw inputError(`${name}: options.faces`, 'one photo', 'several');
    const photos = Array.isArray(input) ? (input as readonly ImageSource[]) : tf.unstack(input as tf.Tensor4D);
    const results: ClassifiedFace[][] = [];
    try {
      for (const photo of photos) results.push(await classifyOne(photo as ImageSource, classifyOptions));
    } finally {
      if (photos !== input) tf.dispose(photos as tf.Tensor[]);
    }
    return results;
  }

  return { classify: classifyFaces, baseline };
}

function checkOptions(name: string, options: ClassifyFacesOptions, classes: number): void {
  object({
    ...topOptions(classes),
    views: SHARED.views,
    margin: SHARED.margin, // it and the faces are checked where they are cut out
    faces: unchecked<ClassifyFacesOptions['faces']>,
    signal,
  } satisfies Schema<ClassifyFacesOptions>)(`${name}: options`, options);
}

function toRegion({ box, landmarks }: DetectedFace) {
  return landmarks ? { box, landmarks } : { box };
}
