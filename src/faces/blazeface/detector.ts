import * as tf from '@tensorflow/tfjs-core';
import { ensureBackend } from '../../backend/backend';
import { unlessLost } from '../../backend/device';
import { DisposedError, within } from '../../errors';
import { number, object, oneOf, optional, type Schema } from '../../schema';
import type { ImageSource } from '../../image/read';
import type { DetectedFace, DetectOptions, DetectorPhoto, FaceDetector, PhotoBytes } from '../detector';
import { openPhoto } from '../photo';
import { type Candidate, decode } from './decode';
import { readDetector } from './network';
import { anchorsOf, type DetectorNetwork, VALUES } from './shape';
import { samplePhoto } from './sample';
import { blend, confirmed, unique } from './suppress';
import { closerView, isLevelWanted, type View, viewAround, wholePhoto } from './views';

/**
 * Options of {@link loadFaceDetector}.
 */
export interface FaceDetectorOptions {
  /** Minimum score of a face, 0..1. Default 0.5. */
  minScore?: number | undefined;
  /**
   * Whether to look at the photo again at finer scales, to find faces smaller than about a sixth of its longer side. `'auto'`: if the photo
   * is larger than 640 pixels, or if the look before found no face or a small one. `'never'`: one look, in a few milliseconds, enough for
   * selfies and webcams. `'always'`: faces down to 1/60 of the longer side, but hardly below 24 pixels, in the time of up to 84 looks.
   * Default `'auto'`.
   */
  smallFaces?: 'auto' | 'never' | 'always' | undefined;
}

/**
 * The face detector in this package. Get one from {@link loadFaceDetector}. It holds its weights on the backend until
 * {@link BlazeFaceDetector.dispose}. The backend may be switched at any time.
 */
export interface BlazeFaceDetector extends FaceDetector {
  /**
   * Finds the faces in a photo, the largest first. Landmarks are the eyes, nose, mouth and ears.
   *
   * @param photo One image in any form, borrowed until the promise settles; or what a face classifier hands to its detector.
   * @throws InputError if the photo is not an image.
   * @throws DisposedError after {@link BlazeFaceDetector.dispose}; BackendError if the graphics card is taken away.
   */
  detect(photo: ImageSource | DetectorPhoto, options?: DetectOptions): Promise<DetectedFace[]>;
  /** Frees the weights. May be called twice. */
  dispose(): void;
}

/**
 * Minimum score of a face that was found at a finer scale, when it is looked at alone. Many places are many chances to take something else for
 * a face, which a second look at another scale seldom does.
 */
const CONFIRMED = 0.65;

const parse = object({
  minScore: optional(number({ min: 0, max: 1 }), 0.5),
  smallFaces: optional(oneOf(['auto', 'never', 'always']), 'auto'),
} satisfies Schema<FaceDetectorOptions>);

/** How many faces are looked at alone at once. */
const BATCH = 16;

/**
 * Loads BlazeFace (short range), the face detector of MediaPipe, whose weights come with this package: no network access and no further
 * package. Faces turned by up to about 45° are found.
 *
 * @param options Which faces count, and whether small ones are looked for.
 * @returns The detector; the caller's to dispose of.
 * @throws InputError if an option is not valid.
 * @throws BackendError if no tfjs backend is registered.
 * @throws WeightsError if the module with the weights cannot be imported.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * const detector = await loadFaceDetector({ minScore: 0.7 });
 * const faces = await createFaceClassifier({ detector }).classify(photo);
 * ```
 */
export async function loadFaceDetector(options: FaceDetectorOptions = {}): Promise<BlazeFaceDetector> {
  const where = 'loadFaceDetector';
  const { minScore, smallFaces } = parse(`${where}: options`, options);
  await ensureBackend(where);
  const confirmScore = Math.max(minScore, CONFIRMED);
  const source = await readDetector();
  let network: DetectorNetwork | undefined;
  let home: tf.KernelBackend | undefined; // where its weights are
  let isDisposed = false;

  const release = () => {
    network?.dispose();
    network = undefined;
  };
  /** The model on the active backend, after `source.prepare()`. */
  const networkHere = () => {
    if (network && home === tf.backend()) return network;
    release();
    home = tf.backend();
    return (network = source.make());
  };
  const checkInUse = () => {
    if (!isDisposed) return;
    throw new DisposedError('detect', 'a face detector', 'Load another one with loadFaceDetector().');
  };

  /** The faces in views of a photo, all of one size, each view on its own. */
  async function look(bytes: PhotoBytes, views: readonly View[]): Promise<Candidate[][]> {
    await source.prepare();
    checkInUse();
    const { height, width } = views[0]!;
    const length = height * width * 3;
    const images = new Float32Array(views.length * length);
    views.forEach((view, i) => samplePhoto(bytes, view, images.subarray(i * length, (i + 1) * length)));
    const output = tf.tidy(() => networkHere().run(tf.tensor4d(images, [views.length, height, width, 3])));
    try {
      const values = await within('detect', () => unlessLost(output.data<'float32'>()));
      const size = anchorsOf(height, width) * VALUES;
      return views.map((view, i) => blend(decode(values.subarray(i * size, (i + 1) * size), minScore, view)));
    } catch (error) {
      home = undefined; // the weights may have gone with the graphics card
      throw error;
    } finally {
      output.dispose();
    }
  }

  const detector: BlazeFaceDetector = {
    async detect(photo, { signal } = {}) {
      await ensureBackend('detect');
      checkInUse();
      if (!isOpen(photo)) {
        const opened = await openPhoto(photo, 'detect');
        try {
          return await detector.detect(opened, { signal });
        } finally {
          opened.dispose();
        }
      }
      const size = [photo.height, photo.width] as const;
      const longer = Math.max(...size);
      const bytes = await photo.read();
      checkInUse();
      const lookAt = async (views: readonly View[]) => {
        const found: Candidate[][] = [];
        for (let i = 0; i < views.length; i += BATCH) {
          signal?.throwIfAborted();
          checkInUse();
          found.push(...(await look(bytes, views.slice(i, i + BATCH))));
        }
        return found;
      };
      const faces = (await lookAt([wholePhoto(size)])).flat();
      for (let level = 1; isLevelWanted(smallFaces, level, longer, faces); level++) {
        const candidates = unique((await lookAt([closerView(size, level)])).flat(), faces);
        const alone = await lookAt(candidates.map(viewAround));
        const sure = alone.flatMap((own, i) => confirmed(own, candidates[i]!, confirmScore));
        faces.push(...unique(sure, faces));
      }
      return faces.map(toFace).sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
    },
    dispose() {
      release();
      isDisposed = true;
    },
  };
  return detector;
}

/** Whether it is what {@link openPhoto} gives. */
function isOpen(photo: ImageSource | DetectorPhoto): photo is DetectorPhoto {
  return typeof (photo as Partial<DetectorPhoto> | null)?.read === 'function';
}

function toFace({ left, top, right, bottom, points, score }: Candidate): DetectedFace {
  const [leftEye, rightEye, nose, mouth, leftEar, rightEar] = points;
  return {
    box: { x: left, y: top, width: right - left, height: bottom - top },
    landmarks: { leftEye: leftEye!, rightEye: rightEye!, nose, mouth, leftEar, rightEar },
    score,
  };
}
