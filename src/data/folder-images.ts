import { listNames } from '../class-names';
import { type DatasetError, inputError } from '../errors';
import { SPLITS } from '../labels';
import type { FolderEntry } from '../platform/platform';
import { faultsIn } from './fault';
import { classesOf, type FolderClassNames } from './folder-classes';
import { NO_SPLIT } from './split-names';

/** An image file with the class and split of its folders. */
export interface FolderImage {
  /** The path relative to the folder, with slashes. */
  readonly path: string;
  /** The path or file to open. */
  readonly source: string | Blob;
  /** The label, an index into the class names. */
  readonly label: number;
  /** The index into `SPLITS`, or `NO_SPLIT`. */
  readonly split: number;
}

/** The images of a folder. */
export interface FolderImages {
  /** The class names in label order. */
  readonly classNames: readonly string[];
  /** The images by split, class and path. */
  readonly images: readonly FolderImage[];
  /** The ignored entries: one error per file extension, and one per link. */
  readonly passed: readonly DatasetError[];
}

/** The extensions of images. Includes formats that cannot be decoded everywhere (BMP, HEIC, …), so that they are not ignored silently. */
const IMAGE = /\.(jpe?g|jfif|jpe|pjpeg|png|webp|gif|avif|tiff?|bmp|dib|heic|heif|jxl|jp2)$/i;

const SPLIT_NAMES: readonly (readonly string[])[] = [
  ['train', 'training', 'fer2013train'],
  ['val', 'valid', 'validation', 'public', 'publictest', 'fer2013valid'],
  ['test', 'testing', 'private', 'privatetest', 'fer2013test'],
];

const WHERE = 'loadImageFolder';

/** Whether a path has the extension of an image. */
export function isImagePath(path: string): boolean {
  return IMAGE.test(path);
}

/**
 * Finds the images in class folders, with or without split folders above them.
 *
 * @param entries All entries of the folder, sorted by path.
 * @param given The class names from the caller.
 * @param reject Receives the error for images outside of class folders.
 * @throws InputError if the folders do not define the classes; errors of `reject`.
 */
export function findImages(
  entries: readonly FolderEntry[],
  given: FolderClassNames | undefined,
  reject: (error: DatasetError) => void,
): FolderImages {
  const files = entries.filter(({ kind, path }) => kind === 'file' && isImagePath(path));
  const hasSplits = findSplits(files);
  const depth = hasSplits ? 1 : 0;
  const parts = (path: string) => path.split('/');
  const inClass = files.filter(({ path }) => parts(path).length > depth + 1);
  rejectLoose(files, depth, reject);

  const bySplit = new Map<number, Set<string>>();
  for (const { path } of inClass) {
    const split = hasSplits ? splitOf(parts(path)[0]!) : NO_SPLIT;
    bySplit.set(split, (bySplit.get(split) ?? new Set()).add(parts(path)[depth]!));
  }
  const folders = Array.from(bySplit.values(), (names) => [...names]);
  if (inClass.length > 0) checkNotEmpty(entries, depth, folders.flat());
  const { classNames, labels } =
    inClass.length > 0 ? classesOf(folders, given) : { classNames: [], labels: new Map<string, number>() };
  const images = inClass.map(({ path, source }) => {
    const split = hasSplits ? splitOf(parts(path)[0]!) : NO_SPLIT;
    return { path, source, split, label: labels.get(parts(path)[depth]!)! };
  });
  images.sort((a, b) => a.split - b.split || a.label - b.label); // then by path, like the entries
  return { classNames, images, passed: passedOver(entries) };
}

/** Whether the top-level folders are splits. */
function findSplits(files: readonly FolderEntry[]): boolean {
  const tops = [...new Set(files.flatMap(({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : [])))];
  const others = tops.filter((name) => splitOf(name) === NO_SPLIT);
  if (others.length === 0) return tops.length > 0;
  if (others.length === tops.length) return false;
  throw inputError(
    '',
    'either split folders or class folders',
    `${listNames(tops.filter((name) => !others.includes(name)))} beside ${listNames(others)}`,
    'Remove or rename one kind.',
  );
}

function splitOf(folder: string): number {
  const plain = folder.toLowerCase().replace(/[\s._-]/g, '');
  const index = SPLIT_NAMES.findIndex((names) => names.includes(plain));
  return index in SPLITS ? index : NO_SPLIT;
}

function rejectLoose(files: readonly FolderEntry[], depth: number, reject: (error: DatasetError) => void): void {
  const loose = new Set<string>();
  for (const { path } of files) {
    const folders = path.split('/').slice(0, -1);
    if (folders.length <= depth) loose.add(folders.join('/'));
  }
  for (const folder of loose) {
    const received = folder === '' ? 'images outside of folders' : `images in ${JSON.stringify(folder)} itself`;
    reject(faultsIn(WHERE, folder || '.')({ expected: 'images in folders named by their class', received }));
  }
}

/** Throws if a class folder has no images. */
function checkNotEmpty(entries: readonly FolderEntry[], depth: number, used: readonly string[]): void {
  const empty = entries.flatMap(({ path, kind }) => {
    const parts = path.split('/');
    const isSplit = depth === 0 || splitOf(parts[0]!) !== NO_SPLIT;
    return kind === 'folder' && parts.length === depth + 1 && isSplit && !used.includes(parts[depth]!) ? path : [];
  });
  if (empty.length === 0) return;
  throw inputError('', 'an image in each class folder', `none in ${listNames(empty)}`, 'Add images, or remove it.');
}

/** One error per extension of files that are not images, and one per link. */
function passedOver(entries: readonly FolderEntry[]): DatasetError[] {
  const byEnding = new Map<string, string[]>();
  const notes: DatasetError[] = [];
  for (const { path, kind } of entries) {
    if (kind === 'link') {
      const received = 'a link to a folder';
      notes.push(faultsIn(WHERE, path)({ expected: 'a folder', received, remedy: 'Replace it by the folder.' }));
    } else if (kind === 'file' && !isImagePath(path)) {
      const ending = /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? '';
      byEnding.set(ending, [...(byEnding.get(ending) ?? []), path]);
    }
  }
  for (const [ending, paths] of byEnding) {
    const files = paths.length === 1 ? 'a file' : `${paths.length} files, this the first of them,`;
    const received = `${files} ${ending === '' ? 'without an ending' : `with the ending ${ending}`}`;
    notes.push(faultsIn(WHERE, paths[0])({ expected: 'images', received }));
  }
  return notes;
}
