import * as tf from '@tensorflow/tfjs-core';
import { ensureBackend } from '../backend/backend';
import { parseClassNames } from '../class-names';
import { type DatasetError, InputError, within } from '../errors';
import { DEFAULT_PREPROCESSING, parseSize, toGraySize } from '../image/preprocess';
import { readImages } from '../image/read';
import { callback, object, oneOf, optional, type Schema, signal, that } from '../schema';
import { Dataset } from './dataset';
import { faultsIn } from './fault';
import { entriesOf, folderName, type ImageFolder } from './folder';
import type { FolderClassNames } from './folder-classes';
import { findImages, type FolderImage } from './folder-images';

/** Options of {@link loadImageFolder}. */
export interface ImageFolderOptions {
  /** The height and width of the resized images in pixels, 1..4096. Default [48, 48]. */
  size?: readonly [height: number, width: number];
  /**
   * The class names in label order, or an object from folder names to class names. Default: the seven `EMOTIONS` if all folders are
   * spellings of them, otherwise the folder names sorted by code points.
   */
  classNames?: FolderClassNames;
  /** Whether invalid images throw, or are skipped and listed in the data set's `skipped`. Default 'throw'. */
  onInvalid?: 'throw' | 'skip';
  /** Aborts loading. */
  signal?: AbortSignal;
  /** Called every 16 images, and at the end. */
  onProgress?: (progress: { files: number; totalFiles: number }) => void;
}

const WHERE = 'loadImageFolder';
const SLICE = 16; // images decoded concurrently

const parse = object({
  size: optional(parseSize, DEFAULT_PREPROCESSING.inputSize),
  classNames: optional<FolderClassNames>((where, given) =>
    Array.isArray(given)
      ? parseClassNames(where, given)
      : that<Readonly<Record<string, string>>>(
          'an array of class names or an object from folder names to them',
          (value) => typeof value === 'object',
        )(where, given),
  ),
  onInvalid: optional(oneOf(['throw', 'skip']), 'throw'),
  signal,
  onProgress: callback<ImageFolderOptions['onProgress']>(),
} satisfies Schema<ImageFolderOptions>);

/**
 * Loads images from class folders, such as `bored/a.jpg` and `engaged/b.png`, or from class folders in split folders, such as
 * `train/happy/a.jpg` and `test/Happiness/b.png`. Images are converted to gray and resized, as in classification. Needs a tfjs backend,
 * and the package `sharp` in Node.
 *
 * The folder names are the class names. If all of them are spellings of the seven emotions (`angry`, `Anger`, `0_angry`), the classes are
 * `EMOTIONS`. Numbers as names need the option `classNames`. The folders train and training become the split `Training`; val, valid,
 * validation and public `PublicTest`; test, testing and private `PrivateTest`. Class folders may have subfolders. Hidden files and links
 * to folders are ignored. `skipped` of the data set lists ignored files by their extension.
 *
 * @param folder A path; in browsers the files of `<input type="file" webkitdirectory>` or a handle of `showDirectoryPicker()`.
 * @param options The size, class names, handling of invalid images, signal and progress.
 * @returns The images, sorted by split, class and path; `names` has the relative paths, `rows` the 1-based positions.
 * @throws DatasetError that names the file, if the folder cannot be read or has no images, or an image cannot be decoded or is outside of
 *   the class folders.
 * @throws InputError if the folders do not define the classes, a class folder is empty, or an option is unknown or out of range.
 * @throws BackendError if no backend is registered.
 * @throws The signal's reason when it is aborted.
 * @example
 * ```ts
 * const dataset = await loadImageFolder('data/moods'); // bored/, confused/, engaged/
 * dataset.classNames; // ['bored', 'confused', 'engaged']
 * ```
 */
export async function loadImageFolder(folder: ImageFolder, options: ImageFolderOptions = {}): Promise<Dataset> {
  const { size, classNames: given, onInvalid, signal, onProgress } = parse(WHERE, options);
  const [height, width] = size;
  signal?.throwIfAborted();
  await ensureBackend(WHERE);
  const skipped: DatasetError[] = [];
  const reject = (error: DatasetError): void => {
    if (onInvalid === 'throw') throw error;
    skipped.push(error);
  };
  const { images, classNames, passed } = await within(WHERE, async () =>
    findImages(await entriesOf(folder), given, reject),
  );
  const bytes = new Uint8Array(images.length * height * width);
  const kept: number[] = [];
  for (let start = 0; start < images.length; start += SLICE) {
    const slice = images.slice(start, start + SLICE);
    const decoded = await Promise.all(slice.map((image) => grayBytes(image, [height, width], signal)));
    signal?.throwIfAborted();
    decoded.forEach((result, i) => {
      if (result instanceof Error) return reject(result);
      bytes.set(result, kept.length * height * width);
      kept.push(start + i);
    });
    onProgress?.({ files: start + slice.length, totalFiles: images.length });
    signal?.throwIfAborted();
  }
  if (kept.length === 0) {
    const received = skipped[0] ? `only invalid ones, the first: ${plainly(skipped[0])}` : describeNone(passed);
    throw faultsIn(WHERE, folderName(folder))({ expected: 'images in folders named by their class', received });
  }
  return new Dataset({
    classNames,
    images: kept.length < images.length ? bytes.slice(0, kept.length * height * width) : bytes,
    labels: Uint8Array.from(kept, (i) => images[i]!.label),
    splits: Uint8Array.from(kept, (i) => images[i]!.split),
    rows: Uint32Array.from(kept, (i) => i + 1),
    names: kept.map((i) => images[i]!.path),
    height,
    width,
    skipped: [...skipped, ...passed],
  });
}

function describeNone(passed: readonly DatasetError[]): string {
  return passed[0] ? `none, but ${plainly(passed[0])}` : 'none';
}

/** The message of an error as part of another one: without the place that both name, and without the period. */
const plainly = ({ message }: DatasetError): string => message.replace(`${WHERE}: `, '').replace(/\.$/, '');

/** Decodes an image to gray bytes, [height, width], or returns the error. */
async function grayBytes(
  { path, source }: FolderImage,
  size: readonly [number, number],
  signal: AbortSignal | undefined,
): Promise<Uint8ClampedArray | DatasetError> {
  const tensors: tf.Tensor[] = [];
  try {
    const image = await readImages(source, { signal });
    tensors.push(image);
    const gray = toGraySize(image, size); // [1, height, width, 1]
    tensors.push(gray);
    return Uint8ClampedArray.from(await gray.data()); // rounds
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const { expected, received, remedy } = cause;
    return faultsIn(WHERE, path)({ expected, received, remedy, cause });
  } finally {
    tf.dispose(tensors);
  }
}
