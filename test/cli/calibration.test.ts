import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/labels';
import { calibrate } from '../../src/cli/calibration';

/** Rows that give class 0 the probability `confidence`, and that are right for `right` of ten among the even and the odd ones. */
function rows(confidence: number, right: { even: number; odd: number }) {
  const labels = Uint8Array.from({ length: 400 }, (_, row) => {
    const among = row % 2 === 0 ? right.even : right.odd;
    return Math.floor(row / 2) % 10 < among ? 0 : 1;
  });
  const row = [confidence, ...Array<number>(6).fill((1 - confidence) / 6)];
  return { labels, probabilities: Float32Array.from({ length: 400 * 7 }, (_, i) => row[i % 7]!) };
}

describe('the calibration of a card', () => {
  it('lowers a confidence that is too high on both halves', () => {
    const { labels, probabilities } = rows(0.9, { even: 6, odd: 6 });
    const { temperature, errorBefore, errorAfter } = calibrate(probabilities, labels, EMOTIONS, 'PublicTest');
    expect(temperature).toBeGreaterThan(1);
    expect(errorBefore).toBeCloseTo(0.3, 5);
    expect(errorAfter).toBeLessThan(0.02);
  });

  it('leaves probabilities alone where that of one half does harm to the other', () => {
    const { labels, probabilities } = rows(0.9, { even: 6, odd: 9 });
    const { temperature, errorBefore, errorAfter } = calibrate(probabilities, labels, EMOTIONS, 'PublicTest');
    expect({ temperature, errorAfter }).toEqual({ temperature: 1, errorAfter: errorBefore });
    expect(errorBefore).toBeCloseTo(0, 5);
  });
});
