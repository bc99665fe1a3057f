import { describe, expect, it } from 'vitest';
import { damaged } from './support';

describe('light corruptions', () => {
  it('takes 255 (x / 255)^2.2 by gamma', () => {
    const images = damaged('gamma', 2.2, 2, (x, y) => [0, 64, 128, 255][2 * y + x]!);
    expect(images).toBeAllClose([0, 12.1828, 55.9775, 255], { atol: 1e-3 }); // 255 * (64 / 255) ** 2.2, and so on
  });

  it('interpolates between whole values in gamma', () => {
    expect(damaged('gamma', 2, 1, () => 100.5)[0]).toBeCloseTo(39.61, 2); // mean of 100² / 255 and 101² / 255
  });

  it('multiplies by the strength when dimming', () => {
    expect(damaged('dim', 0.35, 2, (x, y) => 100 * x + 10 * y)).toBeAllClose([0, 35, 3.5, 38.5], { atol: 1e-4 });
  });

  it('darkens one side and brightens the other linearly, from either side', () => {
    const lines = Array.from({ length: 20 }, (_, seed) => [...damaged('sideLight', 0.5, 3, () => 100, seed)]);
    const [fromRight, fromLeft] = [
      [50, 85, 120],
      [120, 85, 50], // 1 + 0.4 (1 - 0.5) = 1.2
    ].map((line) => [...line, ...line, ...line]);
    for (const values of lines) expect(values[0]! < 100 ? fromRight : fromLeft).toBeAllClose(values, { atol: 1e-3 });
    expect(new Set(lines.map(([first]) => Math.round(first!)))).toEqual(new Set([50, 120]));
  });

  it('stays within 0..255 in the bright half', () => {
    expect(Math.max(...damaged('sideLight', 0, 8, () => 250))).toBe(255);
  });
});
