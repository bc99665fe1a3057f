import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { constant, cosine, reduceOnPlateau, stepDecay } from '../../src/train/schedules';

describe('learning-rate schedules', () => {
  it('stay constant', () => {
    expect([0, 3.7, 100].map(constant(0.01))).toEqual([0.01, 0.01, 0.01]);
  });

  it('fall in steps', () => {
    const schedule = stepDecay({ initial: 0.1, factor: 0.5, every: 10 });
    expect([0, 9.99, 10, 25].map(schedule)).toEqual([0.1, 0.1, 0.05, 0.025]);
  });

  it('warm up linearly from a tenth of the peak and fall along half a cosine', () => {
    const schedule = cosine({ peak: 0.1, epochs: 10, warmup: 2, final: 0.01 });
    // by hand: 0.1 * (0.1 + 0.9 / 2); 0.01 + 0.09 * (1 + cos(pi * 4 / 8)) / 2
    expect([0, 1, 2, 6, 10, 12].map(schedule)).toBeAllClose([0.01, 0.055, 0.1, 0.055, 0.01, 0.01]);
  });

  it('reduce the rate after an epoch too many without a lower loss, down to the minimum', () => {
    const { start, next } = reduceOnPlateau({ initial: 1, factor: 0.1, patience: 2, min: 0.05 });
    const rates = [3, 2, 2, 2, 1.9, 1.95, 1.9, 1.9, 1.9].reduce(
      (states, loss) => [...states, next(states.at(-1)!, loss)],
      [start],
    );
    expect(rates.map(({ rate }) => rate)).toBeAllClose([1, 1, 1, 1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05]);
  });

  it.each([
    () => constant(0),
    () => cosine({ peak: -1, epochs: 3 }),
    () => cosine({ peak: 0.1, epochs: 3, warmup: 4 }),
    () => stepDecay({ initial: 0.1, every: 0 }),
    () => reduceOnPlateau({ initial: 0.1, patience: 0 }),
    () => cosine({ peak: 0.1, epochs: 3, warmUp: 1 } as never),
  ])('refuse values out of range (%#)', (make) => {
    expect(make).toThrow(InputError);
  });
});
