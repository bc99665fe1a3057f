import { describe, expect, it } from 'vitest';
import { expectedCalibrationError, reliabilityBins } from '../../src/metrics/calibration';
import { REFERENCE } from './reference';

describe('expectedCalibrationError', () => {
  it.each(REFERENCE)('equals the value from scikit-learn’s calibration curve: $name', (reference) => {
    const { labels, probabilities, expected } = reference;
    const error = expectedCalibrationError(reliabilityBins(labels, probabilities));
    expect(error).toBeCloseTo(expected.expectedCalibrationError, 9);
  });

  it('is the difference between confidence and accuracy if all images are in one bin', () => {
    const bins = reliabilityBins([0, 0, 0, 1], [0.7, 0.3, 0.7, 0.3, 0.7, 0.3, 0.7, 0.3]);
    expect(expectedCalibrationError(bins)).toBeCloseTo(0.75 - 0.7, 12);
  });

  it('is NaN for empty input', () => {
    expect(expectedCalibrationError(reliabilityBins([], []))).toBeNaN();
  });
});

describe('reliabilityBins', () => {
  it('covers 0..1 in bins of equal width with inclusive upper bounds', () => {
    const bins = reliabilityBins([0, 0, 0, 1], [0.5, 0.5, 0.75, 0.25, 0.76, 0.24, 1, 0], 4);
    expect(bins.map(({ lower, upper, count }) => [lower, upper, count])).toEqual([
      [0, 0.25, 0],
      [0.25, 0.5, 1],
      [0.5, 0.75, 1],
      [0.75, 1, 2],
    ]);
    expect(bins[3]).toMatchObject({ confidence: 0.88, accuracy: 0.5 });
    expect(bins[0]).toMatchObject({ confidence: NaN, accuracy: NaN });
  });

  it('puts each bound into the bin that it bounds from above, for all numbers of bins', () => {
    for (const numBins of [1, 3, 7, 10, 15, 20, 49, 100]) {
      for (let k = 1; k <= numBins; k++) {
        const confidence = k / numBins; // .55 = 11 / 20, and 11 bins of 1/20 end there
        const filled = reliabilityBins([0], [confidence], numBins).findIndex(({ count }) => count === 1);
        expect([numBins, filled]).toEqual([numBins, k - 1]);
      }
    }
    const [bin] = reliabilityBins([0], [0.55, 0.45], 20).filter(({ count }) => count > 0);
    expect(bin).toEqual({ lower: 0.5, upper: 0.55, count: 1, confidence: 0.55, accuracy: 1 });
  });

  it('has 15 bins by default, all empty for empty input', () => {
    expect(reliabilityBins([], []).map(({ count }) => count)).toEqual(Array(15).fill(0));
    expect(() => reliabilityBins([], [], 0)).toThrow('numBins');
  });
});
