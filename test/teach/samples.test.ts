import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { adviseOn } from '../../src/teach/advice';
import { foldsOf, scoreless, scoreOf } from '../../src/teach/held-out';
import { Samples } from '../../src/teach/samples';

const face = (...values: number[]) => ({ vector: Float32Array.from(values) });
const faces = (count: number, at = 0) => Array.from({ length: count }, (_, i) => face(at + i, i * i));

describe('samples', () => {
  it('are numbered over all classes, and keep their take', () => {
    const samples = new Samples(['bored']);
    expect(samples.add('engaged', faces(2), 1)).toEqual({ take: 1, label: 'engaged', ids: [1, 2], withoutFace: 1 });
    samples.add('bored', faces(1), 0);
    samples.remove(3);
    expect(samples.add('bored', faces(1), 0)).toMatchObject({ take: 3, ids: [4] });
    expect(samples.classNames).toEqual(['bored', 'engaged']);
    expect(samples.counts()).toEqual({ bored: 1, engaged: 2 });
    expect(samples.all.map(({ id, take }) => [id, take])).toEqual([[1, 1], [2, 1], [4, 3]]); // prettier-ignore
  });

  it('become those of another class when it is renamed to that, and only if that is wanted', () => {
    const samples = new Samples([]);
    for (const label of ['a', 'b', 'c']) samples.add(label, faces(1), 0);
    samples.rename('a', 'd', { merge: false });
    expect(() => samples.rename('d', 'c', { merge: false })).toThrow(
      /^rename: name: .* received "c"\. Pass \{ merge: true \}/,
    );
    expect(samples.counts()).toEqual({ d: 1, b: 1, c: 1 });
    samples.rename('d', 'c', { merge: true });
    samples.rename('b', 'b', { merge: false });
    expect(samples.counts()).toEqual({ b: 1, c: 2 });
    samples.clear('b');
    expect(samples.classNames).toEqual(['c']);
    samples.clear();
    expect([samples.classNames, samples.all]).toEqual([[], []]);
  });

  it('may be missing in a class that begins empty', () => {
    const samples = new Samples([]);
    samples.addClass('bored');
    samples.add('engaged', faces(1), 0);
    samples.addClass('engaged');
    expect(samples.counts()).toEqual({ bored: 0, engaged: 1 });
    expect(() => samples.addClass(' ')).toThrow('addClass: label');
  });

  it('stay as they are if a number, a class or a name is not valid', () => {
    const samples = new Samples([]);
    samples.add('a', faces(2), 0);
    expect(() => samples.remove([1, 7])).toThrow(/^remove: ids: expected .* received 7/);
    expect(() => samples.remove('1' as unknown as number)).toThrow(InputError);
    expect(() => samples.rename('b', 'c', { merge: true })).toThrow('rename: label: expected one of "a", received "b"');
    expect(() => samples.rename('a', ' ', { merge: true })).toThrow(InputError);
    expect(() => samples.clear('b')).toThrow(InputError);
    expect(() => samples.checkLabel('add: label', '')).toThrow(InputError);
    const full = new Samples(Array.from({ length: 255 }, (_, i) => `${i}`));
    expect(() => full.checkLabel('add: label', 'one more')).toThrow('at most 255 classes');
    expect(samples.counts()).toEqual({ a: 2 });
  });
});

describe('takes that are held out', () => {
  const withTakes = (takes: Record<string, number>) => {
    const samples = new Samples([]);
    for (const [label, count] of Object.entries(takes)) for (let i = 0; i < count; i++) samples.add(label, faces(3), 0);
    return samples.all;
  };

  it.each([
    [{ a: 2, b: 2 }, 2],
    [{ a: 2, b: 9, c: 3 }, 5],
  ])('are whole, each once, with others of every class left: %o', (takes, count) => {
    const samples = withTakes(takes);
    for (let seed = 0; seed < 20; seed++) {
      const folds = foldsOf(samples, 5, seed)!;
      expect(folds).toHaveLength(count);
      expect(folds.flatMap(({ held }) => held.map(({ id }) => id)).sort((a, b) => a - b)).toEqual(samples.map(({ id }) => id)); // prettier-ignore
      for (const { rest, held } of folds) {
        const [learned, tested] = [rest, held].map((part) => new Set(part.map(({ take }) => take)));
        expect([...tested!].filter((take) => learned!.has(take))).toEqual([]);
        expect(new Set(rest.map(({ label }) => label)).size).toBe(Object.keys(takes).length);
      }
    }
  });

  it('do not exist where a class has one take, and the reason names it', () => {
    const samples = withTakes({ a: 3, b: 1 });
    expect(foldsOf(samples, 5, 0)).toBeUndefined();
    expect(scoreless(['a', 'b'], samples)).toMatchObject({
      accuracy: undefined,
      message: 'Not measurable: add a second take of "b".',
    });
  });

  it('are scored by samples and by class', () => {
    const samples = withTakes({ a: 2, b: 1 }); // 6 of a, 3 of b
    const named = ['a', 'a', 'a', 'b', 'a', 'a', 'b', 'a', 'none of these'];
    expect(scoreOf(samples, named)).toEqual({
      accuracy: 6 / 9,
      recall: { a: 5 / 6, b: 1 / 3 },
      samples: 9,
      takes: 3,
      message: '6 of 9 samples were recognized in 3 takes that were held out.',
    });
  });
});

describe('the advice', () => {
  it('is about empty classes, copies, few samples, one take and bursts that hardly differ, in this order', () => {
    const samples = new Samples(['empty']);
    samples.add(
      'still',
      Array.from({ length: 6 }, (_, i) => face(50 + i / 1000, 50)),
      0,
    );
    samples.add('few', [face(1, 2)], 0);
    samples.add('few', [face(9, 7)], 0);
    samples.add('good', [...faces(3), face(9, 7)], 0);
    samples.add('good', faces(3, 7), 0);
    const advice = adviseOn(samples.classNames, samples.all);
    expect(advice.map(({ kind, labels, ids }) => [kind, labels, ids])).toEqual([
      ['empty', ['empty'], []],
      ['copies', ['few', 'good'], [8, 12]],
      ['few', ['few'], []],
      ['oneTake', ['still'], []],
      ['oneSided', ['still'], []],
    ]);
    expect(advice[2]!.message).toBe('"few" has only 2 samples. Add at least 5.');
  });

  it('is empty for classes that are well shown, and for no class', () => {
    const samples = new Samples([]);
    for (const label of ['a', 'b'])
      for (const at of [0, 30]) samples.add(label, faces(5, at + (label === 'a' ? 0 : 0.5)), 0);
    expect(adviseOn(samples.classNames, samples.all)).toEqual([]);
    expect(adviseOn([], [])).toEqual([]);
  });
});
