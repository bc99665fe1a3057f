import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { bootstrapInterval } from '../../src/metrics/bootstrap';

const hits = (size: number, share: number): number[] =>
  Array.from({ length: size }, (_, i) => (i < share * size ? 1 : 0));

describe('bootstrapInterval', () => {
  it('gives the same interval for the same seed and another one for another seed', () => {
    const values = Array.from({ length: 50 }, (_, i) => Math.sqrt(i));
    expect(bootstrapInterval(values, { seed: 1 })).toEqual(bootstrapInterval(values, { seed: 1 }));
    expect(bootstrapInterval(values, { seed: 1 })).not.toEqual(bootstrapInterval(values, { seed: 2 }));
    expect(bootstrapInterval(values)).toEqual(bootstrapInterval(values, { samples: 1000, seed: 0, confidence: 0.95 }));
  });

  it('agrees with the normal approximation p ± 1.96 √(p(1 - p)/n)', () => {
    const [size, share] = [2000, 0.65];
    const error = Math.sqrt((share * (1 - share)) / size);
    const { lower, upper } = bootstrapInterval(hits(size, share), { samples: 4000 });
    expect(Math.abs(lower - (share - 1.96 * error))).toBeLessThan(0.15 * error);
    expect(Math.abs(upper - (share + 1.96 * error))).toBeLessThan(0.15 * error);
  });

  it('is wider for a higher confidence level, and a point if all values are equal', () => {
    const values = hits(100, 0.5);
    const [narrow, wide] = [0.5, 0.99].map((confidence) => bootstrapInterval(values, { confidence }));
    expect(wide!.upper - wide!.lower).toBeGreaterThan(narrow!.upper - narrow!.lower);
    expect(bootstrapInterval([1, 1, 1])).toEqual({ lower: 1, upper: 1, confidence: 0.95 });
  });

  it('is NaN for empty input', () => {
    expect(bootstrapInterval([])).toEqual({ lower: NaN, upper: NaN, confidence: 0.95 });
  });

  it('refuses options that are unknown or out of range', () => {
    expect(() => bootstrapInterval([1], { samples: 0 })).toThrow(InputError);
    expect(() => bootstrapInterval([1], { seed: -1 })).toThrow('seed');
    expect(() => bootstrapInterval([1], { confidence: 1.5 })).toThrow('confidence');
    expect(() => bootstrapInterval([1], { sample: 5 } as object)).toThrow('sample');
  });
});
