import { describe, expect, it } from 'vitest';
import {
  accuracy,
  balancedAccuracy,
  classScores,
  cohensKappa,
  macroF1,
  weightedF1,
} from '../../src/metrics/class-scores';
import { REFERENCE } from './reference';

const EMPTY = [
  [0, 0],
  [0, 0],
];
const PERFECT = [
  [3, 0, 0],
  [0, 2, 0],
  [0, 0, 5],
];
const ALWAYS_FIRST = [
  [6, 0],
  [2, 0],
];

describe('scores of hard decisions', () => {
  it.each(REFERENCE)('equal scikit-learn’s: $name', ({ expected }) => {
    const matrix = expected.confusionMatrix;
    const scores = [accuracy, balancedAccuracy, macroF1, weightedF1, cohensKappa].map((score) => score(matrix));
    const { accuracy: a, balancedAccuracy: b, macroF1: m, weightedF1: w, cohensKappa: k } = expected;
    expect(scores).toBeAllClose([a, b, m, w, k], { atol: 1e-9, rtol: 0 });
    for (const key of ['precision', 'recall', 'f1', 'support'] as const) {
      const values = classScores(matrix).map((scores) => scores[key]);
      expect(values).toBeAllClose(expected[key], { atol: 1e-9, rtol: 0 });
    }
  });

  it('are 1 for perfect predictions', () => {
    for (const score of [accuracy, balancedAccuracy, macroF1, weightedF1, cohensKappa]) expect(score(PERFECT)).toBe(1);
    expect(classScores(PERFECT)[2]).toEqual({ precision: 1, recall: 1, f1: 1, support: 5 });
  });

  it('distinguish a constant predictor from a good one with the same accuracy', () => {
    expect(accuracy(ALWAYS_FIRST)).toBe(0.75);
    expect(balancedAccuracy(ALWAYS_FIRST)).toBe(0.5);
    expect(cohensKappa(ALWAYS_FIRST)).toBe(0);
    expect(classScores(ALWAYS_FIRST)[1]).toEqual({ precision: 0, recall: 0, f1: 0, support: 2 });
    expect(macroF1(ALWAYS_FIRST)).toBeCloseTo((12 / 14 + 0) / 2, 12);
  });

  it('are NaN for empty input, and 0 for each class', () => {
    for (const score of [accuracy, balancedAccuracy, macroF1, weightedF1, cohensKappa]) expect(score(EMPTY)).toBeNaN();
    const zeros = { precision: 0, recall: 0, f1: 0, support: 0 };
    expect(classScores(EMPTY)).toEqual([zeros, zeros]);
  });

  it('give no kappa where only one class occurs and was predicted', () => {
    expect(
      cohensKappa([
        [4, 0],
        [0, 0],
      ]),
    ).toBeNaN();
  });
});

describe('an invalid matrix', () => {
  it.each([
    undefined,
    [[1, 0]],
    [
      [1, -1],
      [0, 1],
    ],
    [[1, 0], 'ab'],
    [
      [1, NaN],
      [0, 1],
    ],
  ])('is refused: %j', (matrix) => {
    // prettier-ignore
    for (const score of [accuracy, balancedAccuracy, classScores, cohensKappa, macroF1, weightedF1]) {
      expect(() => score(matrix as never)).toThrow(`${score.name}: matrix`);
    }
  });
});
