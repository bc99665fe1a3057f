import { expect } from 'vitest';

interface CloseOptions {
  /** Largest absolute difference. Default 1e-6. */
  atol?: number;
  /** Largest difference relative to the expected value. Default 1e-5. */
  rtol?: number;
}

type Numbers = ArrayLike<number>;

declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-explicit-any
  interface Matchers<T = any> {
    /** Numbers equal within `atol + rtol * |expected|`, same length, no NaN. */
    toBeAllClose(expected: Numbers, options?: CloseOptions): T;
  }
}

expect.extend({
  toBeAllClose(received: Numbers, expected: Numbers, { atol = 1e-6, rtol = 1e-5 }: CloseOptions = {}) {
    if (received.length !== expected.length) {
      return { pass: false, message: () => `expected ${expected.length} numbers, received ${received.length}` };
    }
    for (let i = 0; i < expected.length; i++) {
      const [got, want] = [received[i]!, expected[i]!];
      if (!(Math.abs(got - want) <= atol + rtol * Math.abs(want)) && got !== want) {
        return { pass: false, message: () => `expected ${want} at ${i}, received ${got} (atol ${atol}, rtol ${rtol})` };
      }
    }
    return { pass: true, message: () => 'expected the numbers to differ' };
  },
});
