import { listNames, MAX_CLASSES } from '../class-names';
import { inputError } from '../errors';
import { EMOTIONS, labelFromName } from '../labels';
import { describe } from '../validate';
import { compareText } from './folder';

/**
 * The class names in label order, which are also the names of the folders, or an object from folder names to class names.
 */
export type FolderClassNames = readonly string[] | Readonly<Record<string, string>>;

/** The class of each folder. */
export interface FolderClasses {
  /** The class names in label order. */
  readonly classNames: readonly string[];
  /** The label of each folder. */
  readonly labels: ReadonlyMap<string, number>;
}

/**
 * Determines the class of each folder.
 *
 * @param folders The distinct folder names of each split, or one array without splits.
 * @param given The class names from the caller.
 * @returns The seven emotions in FER2013's order if all folders are spellings of them, otherwise the folder names sorted by code points.
 * @throws InputError if the names are numbers without `classNames`, do not match `classNames`, or are fewer than 2 or more than 255 classes.
 */
export function classesOf(folders: readonly (readonly string[])[], given: FolderClassNames | undefined): FolderClasses {
  const all = [...new Set(folders.flat())].sort(compareText);
  if (Array.isArray(given)) return byList(all, given as readonly string[]);
  const names = new Map(
    all.map((folder) => [folder, given ? nameIn(given as Record<string, string>, folder) : folder]),
  );
  if (!given) checkNotNumbers(all);
  const emotions = new Map(all.map((folder) => [folder, labelFromName(names.get(folder)!)]));
  if ([...emotions.values()].every((label) => label !== undefined)) {
    if (!given) for (const split of folders) checkNotTwice(split);
    return { classNames: EMOTIONS, labels: emotions as Map<string, number> };
  }
  if (!given) checkSameInSplits(folders);
  const classNames = [...new Set(names.values())].sort(compareText);
  checkCount(classNames);
  return { classNames, labels: new Map(all.map((folder) => [folder, classNames.indexOf(names.get(folder)!)])) };
}

/** The label of each folder: the index of its name or the emotion that it spells, or its number. */
function byList(folders: readonly string[], classNames: readonly string[]): FolderClasses {
  const areNumbers = folders.every((folder) => NUMBER.test(folder));
  const labels = new Map(
    folders.map((folder) => {
      const spelt = labelFromName(folder);
      const label = areNumbers && !classNames.includes(folder) ? Number(folder) : classNames.indexOf(folder);
      return [folder, label >= 0 || spelt === undefined ? label : classNames.indexOf(EMOTIONS[spelt]!)];
    }),
  );
  const strange = folders.filter((folder) => classNames[labels.get(folder)!] === undefined);
  if (strange.length === 0) return { classNames: [...classNames], labels };
  throw inputError(
    ': classNames',
    `the names of all folders, ${listNames(folders)}`,
    `an array without ${listNames(strange)}`,
    'Add the names, or pass an object from folder names to class names.',
  );
}

function nameIn(given: Readonly<Record<string, string>>, folder: string): string {
  const name = Object.hasOwn(given, folder) ? given[folder] : undefined;
  if (typeof name === 'string' && name.trim() !== '') return name;
  throw inputError(
    `: classNames[${describe(folder)}]`,
    'a class name for each folder',
    describe(name),
    'Add it, or remove the folder.',
  );
}

const NUMBER = /^\d+$/;
const NUMBERS_REMEDY =
  'Pass classNames, an object from folder names to class names. ' +
  "RAF-DB's are { '1': 'surprise', '2': 'fear', '3': 'disgust', '4': 'happy', '5': 'sad', '6': 'angry', '7': 'neutral' }; " +
  "FER2013's are EMOTIONS.";

function checkNotNumbers(folders: readonly string[]): void {
  if (!folders.every((folder) => NUMBER.test(folder))) return;
  throw inputError('', 'folders named by their class', `numbers: ${listNames(folders)}`, NUMBERS_REMEDY);
}

function checkNotTwice(folders: readonly string[]): void {
  const labels = folders.map(labelFromName);
  const twice = folders.filter((_, i) => labels.indexOf(labels[i]) !== labels.lastIndexOf(labels[i]));
  if (twice.length === 0) return;
  const remedy = 'Pass classNames, an object from folder names to class names.';
  throw inputError('', 'one folder for each emotion', `${listNames(twice)} for the same one`, remedy);
}

function checkSameInSplits(folders: readonly (readonly string[])[]): void {
  const [first = [], ...others] = folders;
  const strange = others.flatMap((other) => [
    ...other.filter((name) => !first.includes(name)),
    ...first.filter((name) => !other.includes(name)),
  ]);
  if (strange.length === 0) return;
  const remedy = 'Correct the names, or pass classNames with all class names.';
  throw inputError(
    '',
    'the same classes in all splits',
    `${listNames([...new Set(strange)].sort(compareText))} in some only`,
    remedy,
  );
}

function checkCount(classNames: readonly string[]): void {
  if (classNames.length > 1 && classNames.length <= MAX_CLASSES) return;
  const remedy =
    classNames.length === 1
      ? 'Pass the parent folder, or pass classNames with all class names to load a part of a data set.'
      : undefined;
  const received =
    classNames.length === 1 ? `one class only: ${listNames(classNames)}` : `${classNames.length} classes`;
  throw inputError('', `2 to ${MAX_CLASSES} classes`, received, remedy);
}
