import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { reliabilityBins } from '../../src/metrics/calibration';
import { accuracy } from '../../src/metrics/class-scores';
import { confusionMatrix } from '../../src/metrics/confusion-matrix';
import { coverageCurve } from '../../src/metrics/coverage';
import { argmaxRows, brierScore, logLoss, normalizeRows, topKAccuracy } from '../../src/metrics/probability';
import { fitTemperature } from '../../src/metrics/temperature';
import { REFERENCE } from './reference';

const UNIFORM = Array<number>(8).fill(0.25);

describe('scores of probabilities', () => {
  it.each(REFERENCE)('equal scikit-learn’s: $name', ({ labels, probabilities, expected }) => {
    const scores = [
      topKAccuracy(labels, probabilities, 2),
      topKAccuracy(labels, probabilities, 3),
      logLoss(labels, probabilities),
      brierScore(labels, probabilities),
    ];
    const { top2Accuracy, top3Accuracy, logLoss: loss, brierScore: brier } = expected;
    expect(scores).toBeAllClose([top2Accuracy, top3Accuracy, loss, brier], { atol: 1e-9, rtol: 0 });
  });

  it('are best for certain correct predictions and bounded for certain wrong ones', () => {
    expect(brierScore([1], [0, 1])).toBe(0);
    expect(logLoss([1], [0, 1])).toBeCloseTo(0, 12);
    expect(brierScore([0], [0, 1])).toBe(2);
    expect(logLoss([0], [0, 1])).toBeCloseTo(52 * Math.log(2), 12);
  });

  it('have the documented values for uniform probabilities', () => {
    expect(logLoss([0, 3], UNIFORM)).toBeCloseTo(Math.log(4), 12);
    expect(brierScore([0, 3], UNIFORM)).toBeCloseTo(1 - 1 / 4, 12);
  });

  it('are NaN for empty input', () => {
    expect(topKAccuracy([], [], 2)).toBeNaN();
    expect(logLoss([], [])).toBeNaN();
    expect(brierScore([], [])).toBeNaN();
  });

  it('refuse rows that do not match the labels and labels that have no column', () => {
    expect(() => logLoss([0, 1], [1, 0, 0])).toThrow(
      'logLoss: probabilities: expected one row for each of the 2 labels',
    );
    expect(() => brierScore([0], [])).toThrow(InputError);
    expect(() => topKAccuracy([2], [1, 0], 1)).toThrow('topKAccuracy: labels');
    expect(() => topKAccuracy([0], [1, 0], 0)).toThrow('topKAccuracy: k');
  });
});

it.each([
  [topKAccuracy, 1],
  [logLoss, undefined],
  [brierScore, undefined],
  [reliabilityBins, undefined],
  [coverageCurve, undefined],
  [fitTemperature, undefined],
])('%o refuses probabilities that are not finite', (score, option) => {
  const run = (...row: number[]) => score([0, 0], [0.5, 0.5, ...row], option as never);
  expect(run(0.5, 0.5)).toBeDefined();
  for (const row of [
    [NaN, NaN],
    [0.5, Infinity],
    [null as never, 1],
  ]) {
    expect(() => run(...row)).toThrow(InputError);
    expect(() => run(...row)).toThrow(`${score.name}: probabilities: row 1: expected finite probabilities, received `);
  }
});

describe('topKAccuracy', () => {
  it('breaks ties by the lower index, so that k = 1 is the accuracy', () => {
    const labels = [0, 1, 2, 3];
    const probabilities = [...UNIFORM, ...UNIFORM];
    expect([1, 2, 3, 4].map((k) => topKAccuracy(labels, probabilities, k))).toEqual([0.25, 0.5, 0.75, 1]);
    expect(topKAccuracy(labels, probabilities, 1)).toBe(
      accuracy(confusionMatrix(labels, argmaxRows(probabilities, 4), 4)),
    );
  });
});

describe('argmaxRows', () => {
  it('returns the first class of a tie', () => {
    expect(argmaxRows([0.1, 0.8, 0.1, 0.4, 0.2, 0.4], 3)).toEqual([1, 0]);
    expect(argmaxRows([], 3)).toEqual([]);
  });

  it('refuses values that do not fill whole rows', () => {
    expect(() => argmaxRows([1, 2, 3], 2)).toThrow('argmaxRows: values: expected whole rows of 2 values');
  });
});

describe('normalizeRows', () => {
  it('divides each row by its sum and does not change the input', () => {
    const outputs = Float32Array.of(0.75, 0.25, 0.5, 1.5);
    expect(normalizeRows(outputs, 2)).toBeAllClose([0.75, 0.25, 0.25, 0.75]);
    expect(outputs).toEqual(Float32Array.of(0.75, 0.25, 0.5, 1.5));
    expect(normalizeRows([], 2)).toHaveLength(0);
  });

  it.each([
    [NaN, 1],
    [Infinity, 1],
    [-0.1, 1.1],
    [0, 0],
  ])('refuses the row [%d, %d] and names it', (...row) => {
    expect(() => normalizeRows([0.5, 0.5, ...row], 2)).toThrow('normalizeRows: row 1: expected finite probabilities');
  });
});
