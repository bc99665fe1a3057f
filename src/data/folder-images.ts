import { listNames } from '../class-names';
import { type DatasetError, inputError } from '../errors';
import { SPLITS } from '../labels';
import type { FolderEntry } from '../platform/platform';
import { faultsIn } from './fault';
import { classesOf, type FolderClassNames } from './folder-classes';
import { NO_SPLIT } from './split-names';

/** An image file whose folders tell what it shows. */
export interface FolderImage {
  /** Path below the folder, with slashes. */
  readonly path: string;
  /** What can be opened. */
  readonly source: string | Blob;
  /** Label, a position in the class names. */
  readonly label: number;
  /** Position in `SPLITS`, or `NO_SPLIT`. */
  readonly split: number;
}

/** What was found in a folder. */
export interface FolderImages {
  /** Names of the classes in label order. */
  readonly classNames: readonly string[];
  /** The images by split, class and path. */
  readonly images: readonly FolderImage[];
  /** What was passed over: one entry for each ending of files, and for each link. */
  readonly passed: readonly DatasetError[];
}

/** Endings of images. Those that cannot be decoded everywhere (BMP, HEIC, …) are in the list, too: they must not be missing without a word. */
const IMAGE = /\.(jpe?g|jfif|jpe|pjpeg|png|webp|gif|avif|tiff?|bmp|dib|heic|heif|jxl|jp2)$/i;

const SPLIT_NAMES: readonly (readonly string[])[] = [
  ['train', 'training', 'fer2013train'],
  ['val', 'valid', 'validation', 'public', 'publictest', 'fer2013valid'],
  ['test', 'testing', 'private', 'privatetest', 'fer2013test'],
];

/** Whether a path has the ending of an image. */
export function isImagePath(path: string): boolean {
  return IMAGE.test(path);
}

/**
 * Finds the images in class folders, which may be in folders of splits.
 *
 * @param where The function that was called, for messages.
 * @param entries All that is in the folder, by path.
 * @param given What the caller says about the class folders.
 * @param reject Takes the error for images that are in no class folder.
 * @throws InputError if the folders do not tell the classes; what `reject` throws.
 */
export function findImages(
  where: string,
  entries: readonly FolderEntry[],
  given: FolderClassNames | undefined,
  reject: (error: DatasetError) => void,
): FolderImages {
  const files = entries.filter(({ kind, path }) => kind === 'file' && isImagePath(path));
  const hasSplits = findSplits(where, files);
  const depth = hasSplits ? 1 : 0;
  const parts = (path: string) => path.split('/');
  const inClass = files.filter(({ path }) => parts(path).length > depth + 1);
  rejectLoose(where, files, depth, reject);

  const bySplit = new Map<number, Set<string>>();
  for (const { path } of inClass) {
    const split = hasSplits ? splitOf(parts(path)[0]!) : NO_SPLIT;
    bySplit.set(split, (bySplit.get(split) ?? new Set()).add(parts(path)[depth]!));
  }
  const folders = Array.from(bySplit.values(), (names) => [...names]);
  if (inClass.length > 0) checkNotEmpty(where, entries, depth, folders.flat());
  const { classNames, labels } =
    inClass.length > 0 ? classesOf(where, folders, given) : { classNames: [], labels: new Map<string, number>() };
  const images = inClass.map(({ path, source }) => {
    const split = hasSplits ? splitOf(parts(path)[0]!) : NO_SPLIT;
    return { path, source, split, label: labels.get(parts(path)[depth]!)! };
  });
  images.sort((a, b) => a.split - b.split || a.label - b.label); // and by path, as the entries are
  return { classNames, images, passed: passedOver(where, entries) };
}

/** Whether the folders at the top are splits. */
function findSplits(where: string, files: readonly FolderEntry[]): boolean {
  const tops = [...new Set(files.flatMap(({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : [])))];
  const others = tops.filter((name) => splitOf(name) === NO_SPLIT);
  if (others.length === 0) return tops.length > 0;
  if (others.length === tops.length) return false;
  throw inputError(
    where,
    'folders that are all splits or all classes',
    `${listNames(tops.filter((name) => !others.includes(name)))} beside ${listNames(others)}`,
    'Move one kind away, or rename it.',
  );
}

function splitOf(folder: string): number {
  const plain = folder.toLowerCase().replace(/[\s._-]/g, '');
  const index = SPLIT_NAMES.findIndex((names) => names.includes(plain));
  return index in SPLITS ? index : NO_SPLIT;
}

function rejectLoose(
  where: string,
  files: readonly FolderEntry[],
  depth: number,
  reject: (error: DatasetError) => void,
): void {
  const loose = new Set<string>();
  for (const { path } of files) {
    const folders = path.split('/').slice(0, -1);
    if (folders.length <= depth) loose.add(folders.join('/'));
  }
  for (const folder of loose) {
    const received = folder === '' ? 'images outside of any folder' : `images in ${JSON.stringify(folder)} itself`;
    reject(faultsIn(where, folder || '.')({ expected: 'images in folders named by their class', received }));
  }
}

/** Throws if there is a class folder without images: it would be missing without a word. */
function checkNotEmpty(where: string, entries: readonly FolderEntry[], depth: number, used: readonly string[]): void {
  const empty = entries.flatMap(({ path, kind }) => {
    const parts = path.split('/');
    const isSplit = depth === 0 || splitOf(parts[0]!) !== NO_SPLIT;
    return kind === 'folder' && parts.length === depth + 1 && isSplit && !used.includes(parts[depth]!) ? path : [];
  });
  if (empty.length === 0) return;
  throw inputError(where, 'an image in each class folder', `none in ${listNames(empty)}`, 'Add images, or remove it.');
}

/** One note for each ending of files that are no images, and for each link that was not followed. */
function passedOver(where: string, entries: readonly FolderEntry[]): DatasetError[] {
  const byEnding = new Map<string, string[]>();
  const notes: DatasetError[] = [];
  for (const { path, kind } of entries) {
    if (kind === 'link') {
      const received = 'a link to a folder, which is not followed';
      notes.push(
        faultsIn(where, path)({ expected: 'a folder', received, remedy: 'Move or copy the folder to its place.' }),
      );
    } else if (kind === 'file' && !isImagePath(path)) {
      const ending = /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? '';
      byEnding.set(ending, [...(byEnding.get(ending) ?? []), path]);
    }
  }
  for (const [ending, paths] of byEnding) {
    const files = paths.length === 1 ? 'a file' : `${paths.length} files, this the first of them,`;
    const received = `${files} ${ending === '' ? 'without an ending' : `with the ending ${ending}`}`;
    notes.push(faultsIn(where, paths[0])({ expected: 'images', received }));
  }
  return notes;
}
