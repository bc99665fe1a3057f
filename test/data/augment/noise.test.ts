import { describe, expect, it } from 'vitest';
import { createAugmentation } from '../../../src/data/augment';
import { Random } from '../../../src/random';
import { batchOf, damaged, mean } from './support';

describe('noise', () => {
  it('has mean 0, the standard deviation asked for, and the kurtosis of a normal distribution', () => {
    const differences = damaged('noise', 15, 120, () => 128).map((value) => value - 128);
    expect(mean(differences)).toBeCloseTo(0, 0); // 14,400 values: standard error 0.125
    expect(Math.sqrt(mean(differences.map((d) => d ** 2)))).toBeCloseTo(15, 0);
    expect(mean(differences.map((d) => d ** 4)) / 15 ** 4).toBeGreaterThan(2.8);
    expect(mean(differences.map((d) => d ** 4)) / 15 ** 4).toBeLessThan(3.2);
  });

  it('is independent from pixel to pixel and from channel to channel', () => {
    const batch = { ...batchOf(1, new Float32Array(4800).fill(128)), height: 40, width: 40, channels: 3 };
    createAugmentation({ noise: { probability: 1, range: [10, 10] } })(batch, new Random(3));
    const d = batch.images.map((value) => value - 128);
    const correlation = (lag: number) => mean(d.subarray(lag).map((value, i) => (value * d[i]!) / 100));
    for (const lag of [1, 2, 3]) expect(Math.abs(correlation(lag))).toBeLessThan(0.06); // standard error 0.014
  });

  it('stays within 0..255', () => {
    const images = damaged('noise', 200, 20, () => 128);
    expect([Math.min(...images), Math.max(...images)]).toEqual([0, 255]);
  });
});
