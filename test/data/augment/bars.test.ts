import { describe, expect, it } from 'vitest';
import { damaged } from './support';

describe('bars', () => {
  it('cover whole columns or whole rows, as thick as their share, with one gray', () => {
    const kinds = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const images = damaged('bars', 0.25, 8, () => 300, seed); // 300 is clipped to 255, grays are below it
      const covered = [...images.keys()].filter((i) => images[i]! < 255);
      expect(covered).toHaveLength(16);
      expect(new Set(covered.map((i) => images[i])).size).toBe(1);
      const [columns, rows] = [new Set(covered.map((i) => i % 8)), new Set(covered.map((i) => i >> 3))];
      expect([columns.size, rows.size].sort()).toEqual([2, 8]);
      kinds.add(columns.size === 2 ? 'upright' : 'lying');
    }
    expect(kinds.size).toBe(2);
  });
});
