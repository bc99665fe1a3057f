import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { WeightsError } from '../../src/errors';
import { Random } from '../../src/random';
import { quantize, type StoredValues } from '../../src/storage/quantize';
import { describeOn, expectNoLeaks } from '../support/backends';

/** What plain tfjs makes of stored values. */
function decode({ bytes, quantization }: StoredValues, length: number): Float32Array {
  const spec = { name: 'w', shape: [length], dtype: 'float32' as const, ...(quantization && { quantization }) };
  const { w } = tf.io.decodeWeights(bytes.slice().buffer, [spec]);
  const values = w!.dataSync() as Float32Array;
  w!.dispose();
  return values;
}

const normal = (length: number) => {
  const random = new Random(5);
  return Float32Array.from({ length }, () => random.normal());
};

describeOn(['cpu'], 'quantize', () => {
  expectNoLeaks();

  it('float32 keeps every bit', () => {
    const values = normal(1000);
    expect(decode(quantize('w', values, 2, 'float32'), 1000)).toEqual(values);
  });

  it('float16 keeps every number that float16 has', () => {
    const finite = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
    const halves = Uint16Array.from(finite);
    const values = decode({ bytes: new Uint8Array(halves.buffer), quantization: { dtype: 'float16' } }, halves.length);
    const stored = quantize('w', values as Float32Array<ArrayBuffer>, 2, 'float16');
    expect(new Uint16Array(stored.bytes.buffer)).toEqual(halves);
  });

  it('float16 takes the nearest number, and the even one of two that are equally near', () => {
    const cases: [value: number, bits: number][] = [
      // np.float16(value).view(np.uint16), NumPy
      [0.1, 0x2e66],
      [-0.1, 0xae66],
      [65504, 0x7bff],
      [65519, 0x7bff],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [1 + 2 ** -11 + 2 ** -20, 0x3c01],
      [2 - 2 ** -12, 0x4000],
      [2 ** -14 - 2 ** -26, 0x0400],
      [2 ** -24, 0x0001],
      [2 ** -25, 0x0000],
      [2 ** -25 + 2 ** -30, 0x0001],
      [1.5 * 2 ** -24, 0x0002],
      [2.5 * 2 ** -24, 0x0002],
      [1e-30, 0x0000],
      [-1e-45, 0x8000],
    ];
    const { bytes } = quantize(
      'w',
      Float32Array.from(cases, ([value]) => value),
      2,
      'float16',
    );
    expect([...new Uint16Array(bytes.buffer)]).toEqual(cases.map(([, bits]) => bits));
  });

  it('uint8 is off by at most half a step of the range, and exact at its ends', () => {
    const values = normal(10_000);
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const stored = quantize('w', values, 4, 'uint8');
    expect(stored.bytes.length).toBe(10_000);
    const decoded = decode(stored, 10_000);
    const worst = decoded.reduce((largest, value, i) => Math.max(largest, Math.abs(value - values[i]!)), 0);
    expect(worst).toBeLessThanOrEqual(((max - min) / 255 / 2) * 1.0001);
    expect(worst).toBeGreaterThan(((max - min) / 255 / 2) * 0.9);
    expect([Math.min(...decoded), Math.max(...decoded)]).toBeAllClose([min, max]);
  });

  it('uint8 keeps a tensor of equal values', () => {
    expect(decode(quantize('w', new Float32Array(8).fill(-0.3), 2, 'uint8'), 8)).toBeAllClose(Array(8).fill(-0.3));
  });

  it("'mixed' stores large kernels as uint8, small ones as float16, and in every scheme vectors as float32", () => {
    const kind = (length: number, rank: number, dtype: 'mixed' | 'uint8' | 'float16') =>
      quantize('w', new Float32Array(length), rank, dtype).quantization?.dtype ?? 'float32';
    expect([kind(50_000, 2, 'mixed'), kind(49_999, 4, 'mixed'), kind(60_000, 1, 'mixed')]).toEqual([
      'uint8',
      'float16',
      'float32',
    ]);
    expect([kind(10, 2, 'uint8'), kind(10, 1, 'uint8'), kind(10, 1, 'float16')]).toEqual([
      'uint8',
      'float32',
      'float32',
    ]);
  });

  it.each([NaN, Infinity, -Infinity])('refuses %d and names the weight', (value) => {
    expect(() => quantize('fc1/kernel', Float32Array.of(1, value), 2, 'float32')).toThrow(WeightsError);
    expect(() => quantize('fc1/kernel', Float32Array.of(1, value), 2, 'uint8')).toThrow(/weight 'fc1\/kernel'/);
  });

  it('refuses a value that float16 cannot hold', () => {
    expect(() => quantize('fc1/kernel', Float32Array.of(1, 65520), 2, 'float16')).toThrow(
      /fc1\/kernel.* received 65520/,
    );
  });
});
