import { describe, expect, it } from 'vitest';
import { InputError } from '../src/errors';
import { Random } from '../src/random';

const draws = (random: Random, n: number, draw: (r: Random) => number) => Array.from({ length: n }, () => draw(random));
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2));

describe('a seeded generator', () => {
  it('gives the same numbers for the same key and others for any other', () => {
    const first = (...key: number[]) => draws(new Random(...key), 4, (r) => r.uint32());
    expect(first(1, 2)).toEqual(first(1, 2));
    const keys = [[0], [1], [1, 0], [1, 2], [2, 1], [1, 2, 3], [2 ** 40], [2 ** 41]];
    expect(new Set(keys.map((key) => first(...key).join())).size).toBe(keys.length);
  });

  it('has pinned first numbers, since checkpoints and published runs depend on them', () => {
    expect(draws(new Random(42, 7), 3, (r) => r.uint32())).toMatchInlineSnapshot(`
      [
        3760425709,
        4240669070,
        2615044775,
      ]
    `);
  });

  it('is uniform', () => {
    const values = draws(new Random(1), 20_000, (r) => r.next());
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(variance(values)).toBeCloseTo(1 / 12, 2);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const faces = draws(new Random(2), 6000, (r) => r.integer(6));
    for (let face = 0; face < 6; face++) expect(faces.filter((x) => x === face).length / 1000).toBeCloseTo(1, 0);
  });

  it('is normal', () => {
    const values = draws(new Random(3), 20_000, (r) => r.normal());
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(variance(values)).toBeCloseTo(1, 1);
  });

  it.each([0.001, 0.2, 1, 3])('has the moments of Beta(%d, %d)', (alpha) => {
    const values = draws(new Random(4), 20_000, (r) => r.beta(alpha));
    expect(mean(values)).toBeCloseTo(0.5, 1);
    expect(variance(values)).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2);
  });

  it.each([
    [0.2, [0.537090217775384, 0.9998904552017053, 0.8867245743784099]],
    [1, [0.08538364641520003, 0.7934290335087455, 0.3153860021945528]],
  ])('has pinned first numbers of Beta(%d, …), since runs with mixup depend on them', (alpha, pinned) => {
    const values = draws(new Random(5, 1), 3, (r) => r.beta(alpha));
    values.forEach((value, i) => expect(value).toBeCloseTo(pinned[i]!, 12));
  });

  it('gives hardly ever the middle for a small alpha, where nearly all is 0 or 1', () => {
    const values = draws(new Random(6), 5000, (r) => r.beta(0.001));
    expect(values.filter((value) => value === 0.5)).toEqual([]);
    expect(new Random(6).beta(1e-320)).not.toBeNaN();
  });

  it('shuffles in place, every order about as often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = new Random(seed).shuffle([1, 2, 3]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(count / 1000).toBeCloseTo(1, 0);
  });

  it.each([-1, 0.5, NaN])('refuses the seed %d', (seed) => {
    expect(() => new Random(seed)).toThrow(InputError);
  });
});
