import { describe, expect, it } from 'vitest';
import { auditDataset } from '../../src/curation/audit';
import { joinFerPlus } from '../../src/curation/ferplus-join';
import { batches } from '../../src/data/batches';
import { Dataset } from '../../src/data/dataset';
import type { DatasetParts } from '../../src/data/dataset-parts';
import { EMOTIONS } from '../../src/labels';

const MOODS = ['bored', 'confused', 'engaged'];

/** Images of 2 × 2 pixels, each with a value of its own. */
function moods(labels: number[], parts: Partial<DatasetParts> = {}): Dataset {
  const images = Uint8Array.from({ length: 4 * labels.length }, (_, i) => i);
  return new Dataset({ images, labels: Uint8Array.from(labels), classNames: MOODS, height: 2, width: 2, ...parts });
}

describe('a data set with other classes', () => {
  it('counts, selects, splits and batches them', () => {
    const data = moods([0, 1, 2, 2, 255, 1]);
    expect([data.numClasses, data.classNames]).toEqual([3, MOODS]);
    expect(data.classCounts()).toEqual([1, 2, 2]);
    const parts = [data.subset([2, 0]), ...data.split({ fractions: [0.5, 0.5] }), data.concat(data)];
    for (const part of parts) expect(part.classNames).toEqual(MOODS);
    for (const { training, held } of data.folds({ folds: 2 })) expect(training.concat(held).classNames).toEqual(MOODS);
    const [batch] = batches(data.subset([2, 1]));
    expect([...batch!.targets]).toEqual([0, 0, 1, 0, 1, 0]);
  });

  it('has the seven emotions by default', () => {
    expect(new Dataset({ images: new Uint8Array(2304) }).classNames).toEqual(EMOTIONS);
  });

  it('takes targets and a teacher of as many classes', () => {
    const targets = Float32Array.of(0.5, 0.25, 0.25);
    expect(moods([0], { targets, teacher: targets }).targets).toEqual(targets);
    expect(() => moods([0], { targets: new Float32Array(7) })).toThrow('targets: expected a Float32Array of length 3');
  });

  it('takes 255 classes, the last of which has label 254', () => {
    const classNames = Array.from({ length: 255 }, (_, i) => `c${i}`);
    expect(moods([254, 255], { classNames }).classCounts()[254]).toBe(1);
  });

  it.each([
    [[], 'Dataset: classNames: expected 1 to 255 class names, received 0.'],
    [Array.from({ length: 256 }, (_, i) => `c${i}`), 'received 256'],
    [['a', ''], 'Dataset: classNames[1]: expected a name, received "".'],
    [['a', 3], 'Dataset: classNames[1]: expected a name, received 3.'],
    [['a', 'b', 'a'], 'Dataset: classNames: expected distinct class names, received "a" twice.'],
    ['abc', 'expected an array of class names, received "abc"'],
    [['a', 'b'], 'Dataset: labels: expected 0..1 or 255, received 2 at 0.'],
  ])('refuses the names %j', (classNames, says) => {
    expect(() => moods([2], { classNames: classNames as string[] })).toThrow(says);
  });

  it('moves labels, targets and teacher to another order of the classes', () => {
    const targets = Float32Array.of(0.75, 0.25, 0, 0, 0, 1);
    const moved = moods([0, 255], { targets, teacher: targets }).alignClasses(['engaged', 'new', 'confused', 'bored']);
    expect([...moved.labels]).toEqual([3, 255]);
    expect([...moved.targets!]).toEqual([0, 0, 0.25, 0.75, 1, 0, 0, 0]);
    expect(moved.teacher).toEqual(moved.targets);
    expect(moved.classCounts()).toEqual([0, 0, 0, 1]);
    expect(moods([0, 0]).alignClasses(['bored']).numClasses).toBe(1);
  });

  it('does not lose a class that has images', () => {
    expect(() => moods([0, 2]).alignClasses(['bored', 'confused'])).toThrow(
      'Dataset.alignClasses: classNames: expected all classes that have images, received no "engaged".',
    );
    const targets = Float32Array.of(0.5, 0, 0.5);
    expect(() => moods([0], { targets }).alignClasses(['bored'])).toThrow('received no "engaged"');
  });

  it('is joined to sets with the same classes only', () => {
    const other = moods([1], { classNames: ['engaged', 'confused', 'bored'] });
    expect(() => moods([0]).concat(other)).toThrow(
      'Dataset.concat: others: expected the classes "bored", "confused", "engaged" in this order, ' +
        'received "engaged", "confused", "bored". Call data.alignClasses(classNames) first.',
    );
    expect([...moods([0]).concat(other.alignClasses(MOODS)).labels]).toEqual([0, 1]);
  });

  it('reports that it has no splits', () => {
    expect(() => moods([0]).where('Training')).toThrow(
      'Dataset.where: expected a data set with splits, received one without. Use dataset.split() for a random split',
    );
    expect(moods([]).where('Training').size).toBe(0);
    expect(moods([0, 1], { splits: Uint8Array.of(0, 255) }).where('Training').size).toBe(1);
  });

  it('is audited by its class names', () => {
    const images = Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 4);
    expect(auditDataset(moods([0, 2], { images })).toMarkdown()).toContain('(bored); row 2 (engaged)');
    const turned = moods([2], { images: images.slice(0, 4), classNames: MOODS.toReversed() });
    expect(auditDataset({ a: moods([0]).subset([]), b: turned }).conflicting).toEqual([]);
    const same = { a: moods([0], { images: images.slice(0, 4) }), b: turned };
    expect(auditDataset(same).shared).toHaveLength(1);
    expect(auditDataset(same).conflicting).toEqual([]); // both are bored
  });

  it('is not joined to FER+, which has votes for the seven emotions', () => {
    const votes = { size: 1, votes: new Uint8Array(10), splits: new Uint8Array(1) };
    expect(() => joinFerPlus(moods([0]), votes)).toThrow(
      'joinFerPlus: dataset: expected the class names of FER+, "angry", "disgust", "fear", "happy", "sad", ' +
        '"surprise", "neutral", received "bored", "confused", "engaged".',
    );
  });
});
