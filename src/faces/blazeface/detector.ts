import * as tf from '@tensorflow/tfjs-core';
import { ensureBackend } from '../../backend/backend';
import { unlessLost } from '../../backend/device';
import { DisposedError } from '../../errors';
import { checkNumber, checkOneOf, checkOptions } from '../../validate';
import type { DetectedFace, DetectOptions, DetectorPhoto, FaceDetector, PhotoBytes } from '../detector';
import { type Candidate, decode } from './decode';
import { ANCHORS, blazeFace, INPUT_SIZE, readDetectorWeights, VALUES } from './network';
import { sampleSquare, type Square } from './sample';
import { blend, confirmed, unique } from './suppress';
import { isLevelWanted, isWhole, squareAround, tilesOf, wholePhoto } from './tiles';

/**
 * Options of {@link loadFaceDetector}.
 *
 * @example
 * ```ts
 * const detector = await loadFaceDetector({ tiles: 'always' }); // a group in the distance
 * ```
 */
export interface FaceDetectorOptions {
  /** Minimum score of a face, 0..1. Default 0.5. */
  minScore?: number | undefined;
  /**
   * Whether to look at parts of the photo after the whole of it, to find faces smaller than about an eighth of its longer side. `'auto'`:
   * only if the look before found no face or a small one. `'never'`: one look, in a few milliseconds, enough for selfies and webcams.
   * `'always'`: faces down to 1/60 of the longer side, but hardly below 24 pixels, in some hundred looks. Default `'auto'`.
   */
  tiles?: 'auto' | 'never' | 'always' | undefined;
}

/**
 * The face detector in this package. Get one from {@link loadFaceDetector}. It holds its weights on the backend until
 * {@link BlazeFaceDetector.dispose}. The backend may be switched at any time.
 *
 * @example
 * ```ts
 * const detector: BlazeFaceDetector = await loadFaceDetector({ minScore: 0.7 });
 * const faces = createFaceClassifier({ detector });
 * detector.dispose();
 * ```
 */
export interface BlazeFaceDetector extends FaceDetector {
  /**
   * Finds the faces in a photo, the largest first. Landmarks are the eyes, nose, mouth and ears.
   *
   * @throws DisposedError after {@link BlazeFaceDetector.dispose}; BackendError if the graphics card is taken away.
   */
  detect(photo: DetectorPhoto, options?: DetectOptions): Promise<DetectedFace[]>;
  /** Frees the weights. May be called twice. */
  dispose(): void;
}

/**
 * Least score of a face that was found in a tile, when it is looked at alone. Many tiles are many chances to take something else for a face,
 * which a second look at another scale seldom does.
 */
const CONFIRMED = 0.65;

/** How many tiles go through the network at once. */
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
  checkOptions(`${where}: options`, options, ['minScore', 'tiles']);
  const { minScore = 0.5, tiles = 'auto' } = options;
  checkNumber(`${where}: options.minScore`, minScore, { min: 0, max: 1 });
  checkOneOf(`${where}: options.tiles`, tiles, ['auto', 'never', 'always']);
  await ensureBackend(where);
  const confirmScore = Math.max(minScore, CONFIRMED);
  const makeWeights = await readDetectorWeights();
  let weights: tf.Tensor[] = [];
  let home: tf.KernelBackend | undefined; // where they are
  let isDisposed = false;

  const bringWeights = () => {
    if (home === tf.backend()) return;
    tf.dispose(weights);
    weights = makeWeights();
    home = tf.backend();
  };
  const checkInUse = () => {
    if (!isDisposed) return;
    throw new DisposedError('detect', 'a face detector', 'Load another one with loadFaceDetector().');
  };

  /** The faces in squares of a photo, each square on its own. */
  async function look(bytes: PhotoBytes, squares: readonly Square[]): Promise<Candidate[][]> {
    const length = INPUT_SIZE * INPUT_SIZE * 3;
    const images = new Float32Array(squares.length * length);
    squares.forEach((square, i) =>
      sampleSquare(bytes, square, INPUT_SIZE, images.subarray(i * length, (i + 1) * length)),
    );
    bringWeights();
    const output = tf.tidy(() => blazeFace(tf.tensor4d(images, [squares.length, INPUT_SIZE, INPUT_SIZE, 3]), weights));
    try {
      const values = await unlessLost('detect', output.data<'float32'>());
      const size = ANCHORS * VALUES;
      return squares.map((square, i) => blend(decode(values.subarray(i * size, (i + 1) * size), minScore, square)));
    } catch (error) {
      home = undefined; // the weights may have gone with the graphics card
      throw error;
    } finally {
      output.dispose();
    }
  }

  return {
    async detect(photo, { signal } = {}) {
      await ensureBackend('detect');
      checkInUse();
      const size = [photo.height, photo.width] as const;
      const longer = Math.max(...size);
      const bytes = await photo.read();
      checkInUse();
      const lookAt = async (squares: readonly Square[]) => {
        const found: Candidate[][] = [];
        for (let i = 0; i < squares.length; i += BATCH) {
          signal?.throwIfAborted();
          checkInUse();
          found.push(...(await look(bytes, squares.slice(i, i + BATCH))));
        }
        return found;
      };
      const faces = (await lookAt([wholePhoto(size)])).flat();
      for (let level = 1; isLevelWanted(tiles, level, longer, faces); level++) {
        const squares = tilesOf(size, level);
        const found = await lookAt(squares);
        const whole = found.flatMap((own, i) => own.filter((face) => isWhole(face, squares[i]!, size)));
        const candidates = unique(whole, faces);
        const alone = await lookAt(candidates.map(squareAround));
        faces.push(
          ...unique(
            alone.flatMap((own, i) => confirmed(own, candidates[i]!, confirmScore)),
            faces,
          ),
        );
      }
      return faces.map(toFace).sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
    },
    dispose() {
      tf.dispose(weights);
      weights = [];
      home = undefined;
      isDisposed = true;
    },
  };
}

function toFace({ left, top, right, bottom, points, score }: Candidate): DetectedFace {
  const [leftEye, rightEye, nose, mouth, leftEar, rightEar] = points;
  return {
    box: { x: left, y: top, width: right - left, height: bottom - top },
    landmarks: { leftEye: leftEye!, rightEye: rightEye!, nose, mouth, leftEar, rightEar },
    score,
  };
}
