import { describe, expect, it } from 'vitest';
import { damaged } from './support';

describe('low resolution', () => {
  it('takes means of areas and interpolates between their centers', () => {
    const images = damaged('lowResolution', 0.5, 4, (x) => [0, 40, 80, 160][x]!); // two columns: 20 and 120, centers at 0.5 and 2.5
    [20, 45, 95, 120].forEach((value, x) => expect(images[x]).toBeCloseTo(value, 3));
  });

  it('shares pixels between areas where the sizes do not divide', () => {
    const images = damaged('lowResolution', 0.67, 3, (_, y) => [30, 60, 120][y]!); // two rows of 1.5: 40 and 100
    [40, 70, 100].forEach((value, y) => expect(images[3 * y]).toBeCloseTo(value, 3));
  });

  it('does nothing at the full size', () => {
    const images = damaged('lowResolution', 1, 4, (x, y) => 10 * x + y);
    expect(images).toBeAllClose(
      Float32Array.from({ length: 16 }, (_, i) => 10 * (i % 4) + Math.floor(i / 4)),
      { atol: 1e-3 },
    );
  });
});
