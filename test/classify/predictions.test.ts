import { describe, expect, it } from 'vitest';
import { topPredictions, toRows } from '../../src/classify/predictions';
import { WeightsError } from '../../src/errors';

describe('toRows', () => {
  it('makes each row sum to 1, those of a sigmoid head too', () => {
    const rows = toRows(Float32Array.of(0.5, 0.25, 0.25, 0.9, 0.9, 0.6), { classNames: ['a', 'b', 'c'] });
    expect(rows).toHaveLength(2);
    expect(rows[0]).toBeAllClose([0.5, 0.25, 0.25]);
    expect(rows[1]).toBeAllClose([0.375, 0.375, 0.25]);
  });

  it.each([
    { what: 'a negative output', row: [0.5, -1], message: /the output -1\. Set outputs: 'logits' on the card/ },
    { what: 'NaN', row: [0.5, Number.NaN], message: /the output NaN/ },
    { what: 'infinity', row: [Number.POSITIVE_INFINITY, 1], message: /the output Infinity/ },
    { what: 'a row of zeros', row: [0, 0], message: /a row of zeros/ },
  ])('refuses $what', ({ row, message }) => {
    expect(() => toRows(Float32Array.of(0.5, 0.5, ...row), { classNames: ['a', 'b'] })).toThrow(WeightsError);
    expect(() => toRows(Float32Array.of(0.5, 0.5, ...row), { classNames: ['a', 'b'] })).toThrow(message);
  });
});

describe('toRows of logits', () => {
  const settings = { classNames: ['a', 'b', 'c'], outputs: 'logits' } as const;

  it('applies a softmax', () => {
    // scipy.special.softmax([1, 2, 3]) and ([-1000, 0, 1000])
    const [first, second] = toRows(Float32Array.of(1, 2, 3, -1000, 0, 1000), settings);
    expect(first).toBeAllClose([0.09003057, 0.24472847, 0.66524096]);
    expect(second).toEqual([0, 0, 1]);
  });

  it('applies the temperature of the card to the probabilities', () => {
    const calibration = { temperature: 2 };
    const [row] = toRows(Float32Array.of(2, 4, 6), { ...settings, calibration });
    expect(row).toBeAllClose([0.09003057, 0.24472847, 0.66524096]); // softmax(z / 2)
  });

  it.each([[NaN], [Infinity]])('refuses %d', (bad) => {
    expect(() => toRows(Float32Array.of(1, bad, 3), settings)).toThrow(WeightsError);
  });
});

describe('topPredictions', () => {
  it('sorts by probability, then by label', () => {
    expect(topPredictions([0.1, 0.3, 0.3, 0.2, 0.1], ['a', 'b', 'c', 'd', 'e'], 5)).toEqual([
      { className: 'b', probability: 0.3 },
      { className: 'c', probability: 0.3 },
      { className: 'd', probability: 0.2 },
      { className: 'a', probability: 0.1 },
      { className: 'e', probability: 0.1 },
    ]);
  });

  it('returns topk classes and does not change the row', () => {
    const row = [0.2, 0.8];
    expect(topPredictions(row, ['a', 'b'], 1)).toEqual([{ className: 'b', probability: 0.8 }]);
    expect(row).toEqual([0.2, 0.8]);
  });
});
