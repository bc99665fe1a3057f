import { listNames, MAX_CLASSES } from '../class-names';
import { inputError } from '../errors';
import { EMOTIONS, labelFromName } from '../labels';
import { describe } from '../validate';
import { compareText } from './folder';

/**
 * What the folders of classes stand for: class names in label order, of which folders have those names, or the name of the class for each
 * folder.
 *
 * @example
 * ```ts
 * const rafDb: FolderClassNames = { '1': 'surprise', '2': 'fear', '3': 'disgust', '4': 'happy', '5': 'sad', '6': 'angry', '7': 'neutral' };
 * const dataset = await loadImageFolder('RAF-DB', { classNames: rafDb });
 * ```
 */
export type FolderClassNames = readonly string[] | Readonly<Record<string, string>>;

/** Which class each folder holds. */
export interface FolderClasses {
  /** Names of the classes in label order. */
  readonly classNames: readonly string[];
  /** The label of each folder. */
  readonly labels: ReadonlyMap<string, number>;
}

/**
 * Finds out which class each folder holds.
 *
 * @param where The function that was called, for messages.
 * @param folders Names of the folders of each split (of the one list where there are no splits), each once.
 * @param given What the caller says about them.
 * @returns The seven emotions in FER2013's order if all folders are spellings of them, else the folders' own names in the order of their
 *   code points.
 * @throws InputError if the names are numbers that the caller does not explain, if they do not fit what the caller says, or if there is
 *   one class only or more than 255.
 */
export function classesOf(
  where: string,
  folders: readonly (readonly string[])[],
  given: FolderClassNames | undefined,
): FolderClasses {
  const all = [...new Set(folders.flat())].sort(compareText);
  if (Array.isArray(given)) return byList(where, all, given as readonly string[]);
  const names = new Map(
    all.map((folder) => [folder, given ? nameIn(where, given as Record<string, string>, folder) : folder]),
  );
  if (!given) checkNotNumbers(where, all);
  const emotions = new Map(all.map((folder) => [folder, labelFromName(names.get(folder)!)]));
  if ([...emotions.values()].every((label) => label !== undefined)) {
    if (!given) for (const split of folders) checkNotTwice(where, split);
    return { classNames: EMOTIONS, labels: emotions as Map<string, number> };
  }
  if (!given) checkSameInSplits(where, folders);
  const classNames = [...new Set(names.values())].sort(compareText);
  checkCount(where, classNames);
  return { classNames, labels: new Map(all.map((folder) => [folder, classNames.indexOf(names.get(folder)!)])) };
}

/** The label of each folder in a list of class names: that of its name, or of the emotion that it spells; or the number that it is. */
function byList(where: string, folders: readonly string[], classNames: readonly string[]): FolderClasses {
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
    `${where}: classNames`,
    `a name for each folder, here ${listNames(folders)}`,
    `an array without ${listNames(strange)}`,
    'Add the names, or pass an object from folder names to class names.',
  );
}

function nameIn(where: string, given: Readonly<Record<string, string>>, folder: string): string {
  const name = Object.hasOwn(given, folder) ? given[folder] : undefined;
  if (typeof name === 'string' && name.trim() !== '') return name;
  throw inputError(
    `${where}: classNames[${describe(folder)}]`,
    'a class name for each folder',
    describe(name),
    'Add it, or move the folder away.',
  );
}

const NUMBER = /^\d+$/;
const NUMBERS_REMEDY =
  'Numbers mean other classes in each data set: pass classNames, an object from folder names to class names. ' +
  "RAF-DB's are { '1': 'surprise', '2': 'fear', '3': 'disgust', '4': 'happy', '5': 'sad', '6': 'angry', '7': 'neutral' }; " +
  "FER2013's are EMOTIONS.";

function checkNotNumbers(where: string, folders: readonly string[]): void {
  if (!folders.every((folder) => NUMBER.test(folder))) return;
  throw inputError(where, 'folders named by their class', `numbers: ${listNames(folders)}`, NUMBERS_REMEDY);
}

function checkNotTwice(where: string, folders: readonly string[]): void {
  const labels = folders.map(labelFromName);
  const twice = folders.filter((_, i) => labels.indexOf(labels[i]) !== labels.lastIndexOf(labels[i]));
  if (twice.length === 0) return;
  const remedy = 'Pass classNames, an object from folder names to class names, to say whether they are one class.';
  throw inputError(where, 'one folder for each emotion', `${listNames(twice)} for the same one`, remedy);
}

function checkSameInSplits(where: string, folders: readonly (readonly string[])[]): void {
  const [first = [], ...others] = folders;
  const strange = others.flatMap((other) => [
    ...other.filter((name) => !first.includes(name)),
    ...first.filter((name) => !other.includes(name)),
  ]);
  if (strange.length === 0) return;
  const remedy = 'Correct the names, or pass classNames, the array of all class names.';
  throw inputError(
    where,
    'the same classes in all splits',
    `${listNames([...new Set(strange)].sort(compareText))} in some only`,
    remedy,
  );
}

function checkCount(where: string, classNames: readonly string[]): void {
  if (classNames.length > 1 && classNames.length <= MAX_CLASSES) return;
  const remedy =
    classNames.length === 1
      ? 'Pass the folder above it. To load a part of a data set pass classNames, the array of all class names.'
      : undefined;
  const received =
    classNames.length === 1 ? `one class only: ${listNames(classNames)}` : `${classNames.length} classes`;
  throw inputError(where, `2 to ${MAX_CLASSES} classes`, received, remedy);
}
