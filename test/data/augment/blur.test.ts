import { describe, expect, it } from 'vitest';
import { damaged, mean } from './support';

const point = (at: number) => (x: number, y: number) => (x === at && y === at ? 200 : 0);

describe('gaussian blur', () => {
  it('spreads a point by the weights exp(-k² / 2σ²) over their sum, in both directions', () => {
    const images = damaged('blur', 1, 9, point(4));
    const weights = [0.3990503, 0.2420362, 0.0540056, 0.004433]; // σ = 1 to 3 pixels
    [0, 1, 2, 3].forEach((k) => {
      expect(images[4 * 9 + 4 + k]).toBeCloseTo(200 * weights[0]! * weights[k]!, 3);
      expect(images[(4 - k) * 9 + 4 - k]).toBeCloseTo(200 * weights[k]! ** 2, 3);
    });
    expect(images[4 * 9]).toBe(0); // four pixels away
  });

  it('mirrors the edge', () => {
    const images = damaged('blur', 1, 9, (x) => (x === 0 ? 100 : 0)); // the mirrored column doubles it: weights of 0 and 1
    expect(images[0]).toBeCloseTo(100 * (0.3990503 + 0.2420362), 3);
  });

  it('works on images smaller than its reach', () => {
    expect(damaged('blur', 5, 2, () => 80)).toBeAllClose([80, 80, 80, 80], { atol: 1e-3 });
  });
});

describe('motion blur', () => {
  it('spreads a point along a path of that length, and keeps its sum', () => {
    for (let seed = 0; seed < 10; seed++) {
      const images = damaged('motionBlur', 6, 15, point(7), seed);
      expect(mean(images) * images.length).toBeCloseTo(200, 2);
      const reach = [...images].map((value, i) => (value > 0 ? Math.hypot((i % 15) - 7, Math.floor(i / 15) - 7) : 0));
      expect(Math.max(...reach)).toBeLessThanOrEqual(3 + Math.SQRT2); // half the path, and the bilinear pixels about it
      expect(Math.max(...reach)).toBeGreaterThan(2);
    }
  });

  it('has a random direction', () => {
    expect(damaged('motionBlur', 6, 15, point(7), 1)).not.toEqual(damaged('motionBlur', 6, 15, point(7), 2));
  });

  it('leaves a constant image as it is', () => {
    expect(damaged('motionBlur', 4, 5, () => 90)).toBeAllClose(new Float32Array(25).fill(90), { atol: 1e-3 });
  });
});
