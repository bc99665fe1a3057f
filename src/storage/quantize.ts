import { weightsError } from '../errors';
import type { WeightsDtype } from './card';

/** Values as they are stored, and how tfjs decodes them; without quantization they are float32. */
export interface StoredValues {
  /** The bytes, little-endian. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The field of the same name of a tfjs weight specification. */
  quantization?: { dtype: 'float16' } | { dtype: 'uint8'; min: number; scale: number };
}

/** From this number of values on, `'mixed'` stores a kernel as uint8. */
const LARGE = 50_000;

/**
 * Stores the values of a weight in as many bits as the scheme gives it. Vectors (biases, batch norm) are float32 in every scheme: they
 * are a thousandth of the size, and variances do not fit a coarse scale. Kernels are float16 or uint8, `'mixed'` chooses uint8 for those of
 * at least 50,000 values.
 *
 * @param values The values; borrowed.
 * @throws {@link WeightsError} if a value is not finite or too large for float16.
 */
export function quantize(
  name: string,
  values: Float32Array<ArrayBuffer>,
  rank: number,
  dtype: WeightsDtype,
): StoredValues {
  if (!values.every(Number.isFinite)) {
    throw weightsError(`weight '${name}'`, 'finite values', 'NaN or infinity');
  }
  if (dtype === 'float32' || rank < 2) return { bytes: bytesOf(values) };
  if (dtype === 'uint8' || (dtype === 'mixed' && values.length >= LARGE)) return toUint8(values);
  return toFloat16(name, values);
}

/** Affine over the range of the tensor: value = min + scale · byte; the error is at most half a step. */
function toUint8(values: Float32Array<ArrayBuffer>): StoredValues {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const scale = (max - min) / 255 || 1;
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round((values[i]! - min) / scale);
  return { bytes, quantization: { dtype: 'uint8', min, scale } };
}

function toFloat16(name: string, values: Float32Array<ArrayBuffer>): StoredValues {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) {
    halves[i] = halfBits(bits[i]!);
    if ((halves[i]! & 0x7fff) === INFINITE_HALF) {
      throw weightsError(
        `weight '${name}'`,
        'values up to 65504, the largest of float16',
        String(values[i]),
        "Store it as 'float32'.",
      );
    }
  }
  return { bytes: bytesOf(halves), quantization: { dtype: 'float16' } };
}

const INFINITE_HALF = 0x7c00;

/** Bits of the nearest float16, ties to even, of a finite float32 given by its bits. Source: IEEE 754-2019, 4.3.1. */
function halfBits(float: number): number {
  const sign = (float >>> 16) & 0x8000;
  const exponent = ((float >>> 23) & 0xff) - 127 + 15;
  if (exponent >= 31) return sign | INFINITE_HALF;
  if (exponent < -10) return sign;
  const mantissa = exponent > 0 ? float & 0x7fffff : (float & 0x7fffff) | 0x800000;
  const shift = exponent > 0 ? 13 : 14 - exponent; // below the normal range bits fall off the mantissa
  const half = (exponent > 0 ? exponent << 10 : 0) | (mantissa >>> shift);
  const rest = mantissa & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (rest > tie || (rest === tie && half & 1) ? half + 1 : half); // a carry into the exponent is right
}

function bytesOf(values: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
