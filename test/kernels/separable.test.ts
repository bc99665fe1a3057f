import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eights, factorsOf } from '../../src/kernels/separable';
import { SOURCE_SHA256 } from '../../src/kernels/separable-bytes';

// What the module computes is compared with TensorFlow Lite's results in test/faces/blazeface/network.test.ts.
describe('the module for depthwise-separable blocks', () => {
  it('is compiled from the committed sources', () => {
    const hash = createHash('sha256');
    for (const file of readdirSync('assembly').sort()) hash.update(readFileSync(`assembly/${file}`));
    expect(hash.digest('hex')).toBe(SOURCE_SHA256);
  });

  it('takes channels and filters in eights, with zeros for those that are missing', () => {
    expect([1, 8, 28].map(eights)).toEqual([8, 8, 32]);
    const factors = factorsOf(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18), 2, 3);
    expect(Array.from(factors)).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[9, 0, 0, 0, 0, 0, 0, 0, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });
});
