import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { ensureBackend } from '../backend/backend';
import { isEncoded } from '../image/encoded';
import { overWhite } from '../image/gray';
import { checkValues } from '../image/range';
import { type PictureSource, readImages } from '../image/read';
import { checkInteger, checkNumber, checkOptions } from '../validate';
import { classify } from '../classify/classify';
import type { Classifier } from '../classify/classifier';
import { EMOTIONS } from '../labels';
import { checkMethod } from './check-method';
import { type DetectedFace, type DetectorPhoto, type FaceDetector, usableFaces } from './detector';
import { checkClassifyOptions, type ClassifyOptions } from '../classify/options';
import type { Prediction } from '../classify/predictions';

/**
 * Options of {@link createFaceClassifier}.
 *
 * @example
 * ```ts
 * const options: FaceClassifierOptions = { classifier, minScore: 0.7, minSize: 40, maxFaces: 5 };
 * const faces = createFaceClassifier(detector, options);
 * ```
 */
export interface FaceClassifierOptions {
  /** What classifies the faces; borrowed. Default: the weights that `classify()` uses, loaded with the first face. */
  classifier?: Classifier | undefined;
  /** Least score of a face, 0..1; faces without a score count as sure. Default 0: the detector decides. */
  minScore?: number | undefined;
  /** Least longer side of a face's box, in pixels. Default 16: in smaller ones detectors err and no expression shows. */
  minSize?: number | undefined;
  /** How many faces at most, at least 1; the largest are taken. Default: all. */
  maxFaces?: number | undefined;
}

/**
 * Options of {@link FaceClassifier.classify}: those of `Classifier.classify` that do not say where the face is.
 *
 * @example
 * ```ts
 * const options: ClassifyFacesOptions = { topk: 1, views: 'flip' };
 * const faces = await createFaceClassifier(detector).classify(photo, options);
 * ```
 */
export type ClassifyFacesOptions = Omit<ClassifyOptions, 'box' | 'landmarks' | 'regions'>;

/**
 * A face and what its expression is taken for.
 *
 * @example
 * ```ts
 * const line = ({ box, predictions }: ClassifiedFace) => `${predictions[0]?.className} at ${box.x}, ${box.y}`;
 * console.log((await createFaceClassifier(detector).classify(photo)).map(line));
 * ```
 */
export interface ClassifiedFace extends DetectedFace {
  /** `[{ className, probability }, …]` in descending order. */
  readonly predictions: Prediction[];
}

/**
 * Finds and classifies the faces in photos. Get one from {@link createFaceClassifier}.
 *
 * @example
 * ```ts
 * const faces: FaceClassifier = createFaceClassifier(detector);
 * for (const { score, predictions } of await faces.classify(photo)) console.log(score, predictions[0]);
 * ```
 */
export interface FaceClassifier {
  /**
   * The faces in a photo, the largest first.
   *
   * @param photo One picture of any size, decoded or not; borrowed until the promise settles.
   * @param options As for one face.
   * @returns For each face `{ box, landmarks, score, predictions }`, with positions in pixels of the photo; an empty list if the detector
   *   finds none.
   * @throws InputError if the photo is no picture or an option is not valid.
   */
  classify(photo: PictureSource, options?: ClassifyFacesOptions): Promise<ClassifiedFace[]>;
}

/**
 * Joins a face detector and a classifier. Faces are cut out as FER2013 frames them and turned upright by their eyes, if the detector
 * tells where those are; all faces of a photo are classified in one batch.
 *
 * @param detector Finds the faces: an adapter for a package, or any object with such a `detect`; borrowed.
 * @param options The classifier, and which faces count.
 * @returns The face classifier. It holds nothing that must be freed.
 * @throws InputError if the detector or an option is not valid.
 * @example
 * ```ts
 * const faces = createFaceClassifier(fromHuman(human));
 * for (const { box, predictions } of await faces.classify(photo)) console.log(box, predictions[0]);
 * ```
 */
export function createFaceClassifier(detector: FaceDetector, options: FaceClassifierOptions = {}): FaceClassifier {
  const where = 'createFaceClassifier';
  checkMethod(
    where,
    detector,
    'detect',
    'a face detector with a method detect',
    'Use an adapter, for instance fromHuman(human).',
  );
  checkOptions(`${where}: options`, options, ['classifier', 'minScore', 'minSize', 'maxFaces']);
  const { classifier = { classify }, minScore = 0, minSize = 16, maxFaces = Infinity } = options;
  checkMethod(
    `${where}: options.classifier`,
    classifier,
    'classify',
    'a classifier',
    'Write `await loadClassifier()`.',
  );
  checkNumber(`${where}: options.minScore`, minScore, { min: 0, max: 1 });
  checkNumber(`${where}: options.minSize`, minSize, { min: 0 });
  if (maxFaces !== Infinity) checkInteger(`${where}: options.maxFaces`, maxFaces, { min: 1 });
  return {
    async classify(photo, classifyOptions = {}) {
      checkOptions('classify: options', classifyOptions, ['topk', 'minProbability', 'views', 'margin']);
      checkClassifyOptions(
        { ...classifyOptions, margin: undefined },
        options.classifier?.card?.labels.length ?? EMOTIONS.length,
      );
      await ensureBackend('classify');
      const image = await readImages(photo, 'classify'); // [1, h, w, c]
      let made: tf.Tensor3D | undefined;
      try {
        const [n, height, width] = image.shape;
        if (n !== 1) throw inputError('classify', 'one photo', `a batch of ${n}`);
        if ((photo as unknown) instanceof tf.Tensor) await checkValues('classify', image);
        const picture: DetectorPhoto = {
          ...{ height, width },
          get pixels() {
            return (made ??= toPixels(image));
          },
          get source() {
            return isEncoded(photo) ? picture.pixels : photo;
          },
        };
        const found = usableFaces(await detector.detect(picture), [height, width]);
        const counts = ({ box, score = 1 }: DetectedFace) =>
          score >= minScore && Math.max(box.width, box.height) >= minSize;
        const faces = found.filter(counts).slice(0, maxFaces);
        if (faces.length === 0) return [];
        const lists = await classifier.classify(image, { ...classifyOptions, regions: faces.map(toRegion) });
        return faces.map((face, i) => ({ ...face, predictions: lists[i]! }));
      } finally {
        tf.dispose([image, made ?? []]);
      }
    },
  };
}

function toRegion({ box, landmarks }: DetectedFace) {
  return landmarks ? { box, landmarks } : { box };
}

/** One picture [1, h, w, c] as detectors take it: [h, w, 3] int32, over white. */
function toPixels(image: tf.Tensor4D): tf.Tensor3D {
  return tf.tidy(() => {
    const [, height, width] = image.shape;
    const opaque = overWhite(tf.reshape(image, [height, width, -1])); // [h, w, 1 or 3]
    const color = opaque.shape[2] === 1 ? tf.tile(opaque, [1, 1, 3]) : opaque;
    return tf.cast(tf.round(color), 'int32') as tf.Tensor3D;
  });
}
