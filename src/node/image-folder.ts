import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { FerDataset } from '../data/dataset';
import { faultsIn } from '../data/fault';
import type { DatasetError } from '../errors';
import { InputError } from '../errors';
import { ensureBackend } from '../backend/backend';
import { fromPixelData } from '../image/pixels';
import { checkSize, toGraySize } from '../image/preprocess';
import { checkOneOf, checkOptions } from '../validate';
import { checkPath } from './check-path';
import type { DecodedImage } from './decode';
import { decodeImage } from './decode';
import { findPictures } from './picture-files';

/**
 * Options of {@link loadImageFolder}.
 *
 * @example
 * ```ts
 * const options: ImageFolderOptions = { size: [48, 48], onInvalid: 'skip' };
 * const dataset = await loadImageFolder('data/fer-images', options);
 * ```
 */
export interface ImageFolderOptions {
  /** Height and width to which the pictures are brought, in pixels, 1..4096. Default [48, 48]. */
  size?: readonly [height: number, width: number];
  /** Whether a bad picture or folder throws, or is left out and listed in the data set's `skipped`. Default 'throw'. */
  onInvalid?: 'throw' | 'skip';
  /** Stops the reading. */
  signal?: AbortSignal;
  /** Called after every sixteen pictures, and at the end. */
  onProgress?: (progress: { files: number; totalFiles: number }) => void;
}

const WHERE = 'loadImageFolder';
const SLICE = 16; // pictures decoded at a time
const VALUES_AT_ONCE = 1 << 22; // in one tensor, unless a single picture has more

/**
 * Loads pictures whose folders name their class: `happy/a.jpg`, or below splits `train/happy/a.jpg`,
 * `test/Happiness/b.png`. They are turned gray and resized by the same code that classifies photos. Needs the package
 * `sharp` and a registered tfjs backend.
 *
 * Classes may have any common spelling (`angry`, `Anger`, `0_angry`, `0`). Folders called train or training become
 * usage `Training`; val, valid, validation or public `PublicTest`; test, testing or private `PrivateTest`. Hidden files
 * and files that are no pictures by their ending are passed over; folders within a class folder belong to the class.
 *
 * @param dir The folder.
 * @param options Size, what to do with bad pictures, signal and progress.
 * @returns The pictures by split, class and path; `names` has the paths below the folder, `rows` their positions,
 *   counted from 1.
 * @throws DatasetError that names the file, if the folder cannot be read or has no pictures, a picture cannot be
 *   decoded, or its folder is not named by a class.
 * @throws InputError if an option is unknown or out of range; BackendError without a backend. The signal's reason if it
 *   is aborted.
 * @example
 * ```ts
 * const dataset = await loadImageFolder('data/fer-images');
 * const training = dataset.where('Training');
 * ```
 */
export async function loadImageFolder(dir: string, options: ImageFolderOptions = {}): Promise<FerDataset> {
  checkPath(`${WHERE}: dir`, dir);
  checkOptions(WHERE, options, ['size', 'onInvalid', 'signal', 'onProgress']);
  const { size = [48, 48], onInvalid = 'throw', signal, onProgress } = options;
  checkSize(`${WHERE}: size`, size);
  const [height, width] = size;
  checkOneOf(`${WHERE}: onInvalid`, onInvalid, ['throw', 'skip']);
  signal?.throwIfAborted();
  await ensureBackend(WHERE);
  const skipped: DatasetError[] = [];
  const reject = (error: DatasetError): void => {
    if (onInvalid === 'throw') throw error;
    skipped.push(error);
  };
  const pictures = await findPictures(dir, reject);
  const images = new Uint8Array(pictures.length * height * width);
  const kept: number[] = [];
  for (let start = 0; start < pictures.length; start += SLICE) {
    const slice = pictures.slice(start, start + SLICE);
    const decoded = await Promise.all(slice.map((picture) => decode(dir, picture.path)));
    signal?.throwIfAborted();
    const good: DecodedImage[] = [];
    decoded.forEach((result, i) => {
      if (result instanceof Error) return reject(result);
      good.push(result);
      kept.push(start + i);
    });
    images.set(await toGrayBytes(good, [height, width]), (kept.length - good.length) * height * width);
    onProgress?.({ files: start + slice.length, totalFiles: pictures.length });
    signal?.throwIfAborted();
  }
  if (kept.length === 0) {
    const received = skipped[0] ? `bad ones only, the first at ${skipped[0].message}` : 'none';
    throw faultsIn(WHERE, dir)({ expected: 'pictures in folders named by their class', received });
  }
  return new FerDataset({
    images: kept.length < pictures.length ? images.slice(0, kept.length * height * width) : images,
    labels: Uint8Array.from(kept, (i) => pictures[i]!.label),
    usage: Uint8Array.from(kept, (i) => pictures[i]!.usage),
    rows: Uint32Array.from(kept, (i) => i + 1),
    names: kept.map((i) => pictures[i]!.path),
    height,
    width,
    skipped,
  });
}

async function decode(dir: string, path: string): Promise<DecodedImage | DatasetError> {
  try {
    return await decodeImage(join(dir, path));
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    return faultsIn(WHERE, path)({ expected: 'a picture that can be decoded', received: cause.message, cause });
  }
}

/** Pictures of any sizes as gray bytes, [n, height, width]. */
async function toGrayBytes(pictures: readonly DecodedImage[], size: readonly [number, number]): Promise<Uint8Array> {
  const pixels = size[0] * size[1];
  const bytes = new Uint8ClampedArray(pictures.length * pixels); // rounds
  for (let start = 0; start < pictures.length;) {
    const end = endOfRun(pictures, start);
    const gray = tf.tidy(() => {
      const tensors = pictures.slice(start, end).map((picture) => fromPixelData(WHERE, picture));
      return toGraySize(tf.concat(tensors), size); // [n, height, width, 1]
    });
    try {
      bytes.set(await gray.data(), start * pixels);
    } finally {
      gray.dispose();
    }
    start = end;
  }
  return new Uint8Array(bytes.buffer);
}

/** Where a run of pictures of one shape ends that is small enough for one tensor. */
function endOfRun(pictures: readonly DecodedImage[], start: number): number {
  const { width, height, channels } = pictures[start]!;
  const most = Math.max(1, Math.floor(VALUES_AT_ONCE / (width * height * channels)));
  let end = start + 1;
  while (end < pictures.length && end - start < most && isOfShape(pictures[end]!, height, width, channels)) end++;
  return end;
}

function isOfShape(picture: DecodedImage, height: number, width: number, channels: number): boolean {
  return picture.height === height && picture.width === width && picture.channels === channels;
}
