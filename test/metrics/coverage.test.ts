import { expect, it } from 'vitest';
import { coverageCurve } from '../../src/metrics/coverage';

const ROWS = [0.9, 0.1, 0.6, 0.4, 0.3, 0.7, 0.5, 0.5];
const LABELS = [0, 1, 1, 0];

it('returns coverage and accuracy for each threshold', () => {
  expect(coverageCurve(LABELS, ROWS, [0, 0.55, 0.7, 0.95])).toEqual([
    { minProbability: 0, coverage: 1, accuracy: 0.75 },
    { minProbability: 0.55, coverage: 0.75, accuracy: 2 / 3 },
    { minProbability: 0.7, coverage: 0.5, accuracy: 1 },
    { minProbability: 0.95, coverage: 0, accuracy: NaN },
  ]);
});

it('has eight thresholds by default, and coverage 0 for empty input', () => {
  const points = coverageCurve([], []);
  expect(points.map(({ minProbability }) => minProbability)).toEqual([0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
  expect(points[0]).toEqual({ minProbability: 0, coverage: 0, accuracy: NaN });
});
