import { checkInteger } from './validate';

/**
 * A seeded random generator (sfc32) whose stream is named by a list of integers, such as a seed, an epoch and a step. The same
 * key gives the same numbers on every machine and backend, so that a run needs no other random state than its position.
 *
 * Source: Chris Doty-Humphrey, PractRand (sfc32); the key is mixed by the finaliser of MurmurHash3.
 *
 * @example
 * ```ts
 * const random = new Random(42, epoch, step);
 * random.next(); // in [0, 1)
 * ```
 */
export class Random {
  private a = 0x9e3779b9;
  private b = 0x243f6a88;
  private c = 0xb7e15162;
  private counter = 1;

  /** @param key One or more integers of at least 0, usually a seed followed by what the stream is for. */
  constructor(...key: number[]) {
    for (const part of key) {
      checkInteger('Random: key', part, { min: 0 });
      this.a = mix(this.a ^ (part >>> 0));
      this.b = mix((this.b + Math.floor(part / 2 ** 32)) ^ this.a);
      this.c = mix(this.c + this.b);
    }
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** @returns An integer in 0..2^32 - 1. */
  uint32(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** @returns A number in [0, 1) with 32 random bits. */
  next(): number {
    return this.uint32() / 2 ** 32;
  }

  /** @returns A number in [min, max). */
  uniform(min: number, max: number): number {
    return min + (max - min) * this.next();
  }

  /** @returns An integer in 0..n - 1, without bias that matters for n below 2^24. */
  integer(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** @returns A number of the normal distribution with mean 0 and standard deviation 1 (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /**
   * A number of the Beta(alpha, alpha) distribution, in [0, 1], as mixup draws it.
   * Source: the share of one of two Gamma numbers (Marsaglia and Tsang 2000, for alpha < 1 by their note), by logarithms, since for small alpha
   * both would be too small for a number.
   */
  beta(alpha: number): number {
    const x = this.logGamma(alpha);
    const y = this.logGamma(alpha);
    return 1 / (1 + Math.exp(y - x || 0)); // NaN where even the logarithms are infinite
  }

  /** Puts the elements into random order in place (Fisher and Yates) and returns the same array. */
  shuffle<T extends unknown[] | Uint8Array | Uint32Array>(array: T): T {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = array[i];
      array[i] = array[j]!;
      array[j] = swapped;
    }
    return array;
  }

  private logGamma(shape: number): number {
    if (shape < 1) return this.logGamma(shape + 1) + Math.log(1 - this.next()) / shape;
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
    }
  }
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
