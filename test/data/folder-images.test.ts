import { within } from '../../src/errors';
import { describe, expect, it } from 'vitest';
import { compareText } from '../../src/data/folder';
import type { FolderClassNames } from '../../src/data/folder-classes';
import { findImages } from '../../src/data/folder-images';
import { InputError } from '../../src/errors';
import { EMOTIONS } from '../../src/index';
import type { FolderEntry } from '../../src/platform/platform';

/** Finds the images among paths, of which those with a slash at their end are folders. */
function find(paths: string[], given?: FolderClassNames) {
  const entries = paths.sort(compareText).map((path): FolderEntry => ({
    path: path.replace(/\/$/, ''),
    kind: path.endsWith('/') ? 'folder' : 'file',
    source: path,
  }));
  const found = within('load', () =>
    findImages(entries, given, (error) => {
      throw error;
    }),
  );
  return {
    classNames: found.classNames,
    labels: Object.fromEntries(found.images.map(({ path, label }) => [path, label])),
  };
}

const images = (...folders: string[]) => folders.map((folder) => `${folder}/x.png`);

describe('the classes of folders', () => {
  it('are the seven emotions, in FER2013’s order, where all folders are spellings of them', () => {
    const { classNames, labels } = find(images('Surprised', '3_happy', 'ANGER', 'Neutral'));
    expect(classNames).toEqual(EMOTIONS);
    expect(labels).toEqual({ 'Surprised/x.png': 5, '3_happy/x.png': 3, 'ANGER/x.png': 0, 'Neutral/x.png': 6 });
  });

  it('are the folders’ own in the order of code points where one is not', () => {
    const eight = ['anger', 'contempt', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'];
    expect(find(images(...eight)).classNames).toEqual(eight);
    expect(find(images('b', 'B', 'é', '\u{1F600}', '\uFF21')).classNames).toEqual([
      'B',
      'b',
      'é',
      '\uFF21',
      '\u{1F600}',
    ]);
  });

  it('may be below splits with the same classes', () => {
    const { classNames, labels } = find(images('train/a', 'train/b', 'test/a', 'test/b'));
    expect([classNames, labels['test/b/x.png']]).toEqual([['a', 'b'], 1]);
    expect(() => find(images('train/a', 'train/b', 'test/a', 'test/B'))).toThrow(
      'load: expected the same classes in all splits, received "B", "b" in some only. ' +
        'Correct the names, or pass classNames with all class names.',
    );
    expect(find(images('train/a', 'train/b', 'test/a'), ['a', 'b', 'c']).classNames).toEqual(['a', 'b', 'c']);
    expect(find(images('train/happy', 'train/sad', 'test/Happiness')).classNames).toEqual(EMOTIONS);
  });

  it('are never guessed from numbers', () => {
    expect(() => find(images('1', '2', '3', '4', '5', '6', '7'))).toThrow(
      /^load: expected folders named by their class, received numbers: "1", .* RAF-DB's are \{ '1': 'surprise', '2': 'fear', '3': 'disgust'/,
    );
    expect(() => find(images('train/0', 'train/3'))).toThrow('numbers: "0", "3"');
    expect(find(images('0', '3'), EMOTIONS).labels).toEqual({ '0/x.png': 0, '3/x.png': 3 });
    expect(() => find(images('1', '7'), EMOTIONS)).toThrow('expected the names of all folders');
    // RAF-DB: 1 surprise, 2 fear, 3 disgust, 4 happiness, 5 sadness, 6 anger, 7 neutral (its list_patition_label.txt)
    const rafDb = { 1: 'surprise', 2: 'fear', 3: 'disgust', 4: 'happy', 5: 'sad', 6: 'angry', 7: 'neutral' };
    const { classNames, labels } = find(images('1', '2', '3', '4', '5', '6', '7'), rafDb);
    const inOrder = [1, 2, 3, 4, 5, 6, 7].map((number) => labels[`${number}/x.png`]);
    expect([classNames, inOrder]).toEqual([EMOTIONS, [5, 2, 1, 3, 4, 0, 6]]);
  });

  it('take other names, or an order, from the caller', () => {
    expect(find(images('x', 'y', 'z'), { x: 'tired', y: 'awake', z: 'tired' })).toEqual({
      classNames: ['awake', 'tired'],
      labels: { 'x/x.png': 1, 'y/x.png': 0, 'z/x.png': 1 },
    });
    expect(find(images('happiness', 'bored'), ['happy', 'bored']).labels).toEqual({
      'happiness/x.png': 0,
      'bored/x.png': 1,
    });
    expect(() => find(images('x', 'toString'), { x: 'a' })).toThrow(
      'load: classNames["toString"]: expected a class name',
    );
    expect(() => find(images('x', 'y'), ['x', 'z'])).toThrow('an array without "y"');
  });

  it.each([
    [images('happy', 'joy'), 'load: expected one folder for each emotion, received "happy", "joy" for the same one.'],
    [images('bored'), 'load: expected 2 to 255 classes, received one class only: "bored".'],
    [images(...Array.from({ length: 256 }, (_, i) => `c${i}`)), 'expected 2 to 255 classes, received 256 classes.'],
    [['bored/', 'a/', 'b/', ...images('a', 'b')], 'expected an image in each class folder, received none in "bored".'],
    [['train/c/', ...images('train/a', 'train/b')], 'received none in "train/c".'],
    [images('train/a', 'a'), 'expected either split folders or class folders, received "train" beside "a".'],
  ])('are refused: %#', (paths, says) => {
    expect(() => find(paths)).toThrow(InputError);
    expect(() => find(paths)).toThrow(says);
  });
});
