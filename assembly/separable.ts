/**
 * The convolutions of a network of depthwise-separable blocks, each with bias, shortcut and ReLU in one pass. AssemblyScript;
 * `node scripts/build-wasm.mjs` compiles it into src/kernels/separable-bytes.ts.
 *
 * It works in the memory of the caller, which is TensorFlow.js's: all pointers are arguments, and nothing is allocated. Arrays are float32,
 * images are [h, w, channels] with even sides where a stride is 2, and channels and filters come in eights. The factors of a product are the
 * kernel as [filters / 8, channels, 8].
 */

import { multiply } from './products';

/** The rows of a product that are computed at a time: enough to read its factors seldom, few enough to stay in the cache. */
const BLOCK: i32 = 64;

/** The rows that a product writes behind the last one, at most. */
const SPARE: i32 = 2;

/**
 * Convolution of three channels with a 5×5 kernel, stride 2, "same" padding and ReLU.
 *
 * @param x input [h, w, 3]
 * @param u factors of the kernel [5 * 5 * 3, filters]
 * @param bias [filters]
 * @param y output [h / 2, w / 2, filters]
 * @param scratch room for (w / 2 + 2) * (75 + filters) numbers
 */
export function entry(x: usize, u: usize, bias: usize, y: usize, scratch: usize, h: i32, w: i32, filters: i32): void {
  const wide = w >> 1;
  const products = scratch + ((wide + SPARE) * 75 << 2);
  for (let row = 0; row < h >> 1; row++) {
    for (let column = 0; column < wide; column++) {
      for (let i = 0; i < 5; i++) {
        const top = 2 * row - 1 + i, left = 2 * column - 1;
        const to = scratch + ((column * 75 + i * 15) << 2);
        const from = x + ((top * w + left) * 3 << 2);
        if (top >= 0 && top < h && left >= 0 && left + 5 <= w) {
          v128.store(to, v128.load(from));
          v128.store(to, v128.load(from, 16), 16);
          v128.store(to, v128.load(from, 32), 32);
          v128.store(to, v128.load(from, 44), 44);
          continue;
        }
        for (let j = 0; j < 15; j++) {
          const at = 3 * left + j;
          const inside = top >= 0 && top < h && at >= 0 && at < 3 * w;
          f32.store(to + (j << 2), inside ? f32.load(from + (j << 2)) : 0);
        }
      }
    }
    multiply(scratch, u, products, wide, 75, filters);
    const to = y + (row * wide * filters << 2);
    for (let column = 0; column < wide; column++) {
      for (let k = 0; k < filters << 2; k += 16) {
        const at = (column * filters << 2) + k;
        v128.store(to + at, f32x4.max(f32x4.splat(0), f32x4.add(v128.load(products + at), v128.load(bias + k))));
      }
    }
  }
}

/**
 * ReLU of a depthwise 3×3 convolution, a product and the shortcut: the input, or with stride 2 the largest of 2×2, with zeros for further
 * channels.
 *
 * @param x input [h, w, channels]
 * @param d kernel of the depthwise convolution [3, 3, channels], and its bias [channels] behind it
 * @param u factors of the product
 * @param bias [filters]
 * @param y output [h / stride, w / stride, filters]
 * @param scratch room for (max(64, w / stride) + 2) * (channels + filters) numbers
 */
export function block(
  x: usize,
  d: usize,
  u: usize,
  bias: usize,
  y: usize,
  scratch: usize,
  h: i32,
  w: i32,
  channels: i32,
  filters: i32,
  stride: i32,
): void {
  const wide = w / stride;
  const high = h / stride;
  const atOnce = max(1, BLOCK / wide);
  const products = scratch + ((max(BLOCK, wide) + SPARE) * channels << 2);
  const pitch = channels << 2;
  const line = w * pitch;
  for (let first = 0; first < high; first += atOnce) {
    const rows = min(atOnce, high - first);
    for (let row = 0; row < rows; row++) {
      depthwise(x, d, scratch + row * wide * pitch, first + row, h, w, channels, stride);
    }
    multiply(scratch, u, products, rows * wide, channels, filters);
    for (let row = 0; row < rows; row++) {
      let short = x + (first + row) * stride * line;
      let from = products + (row * wide * filters << 2);
      let to = y + ((first + row) * wide * filters << 2);
      for (let column = 0; column < wide; column++) {
        for (let k = 0; k < filters << 2; k += 16) {
          let sum = f32x4.add(v128.load(from + k), v128.load(bias + k));
          if (k < pitch) sum = f32x4.add(sum, stride == 1 ? v128.load(short + k) : largest(short + k, pitch, line));
          v128.store(to + k, f32x4.max(f32x4.splat(0), sum));
        }
        short += stride * pitch;
        from += filters << 2;
        to += filters << 2;
      }
    }
  }
}

/**
 * A 1×1 convolution, of whose filters the first are kept.
 *
 * @param x input [pixels, channels]; two more pixels behind it are read
 * @param u factors of the product
 * @param bias [filters]
 * @param y output [pixels, kept]
 * @param scratch room for (pixels + 2) * filters numbers
 */
export function pointwise(x: usize, u: usize, bias: usize, y: usize, scratch: usize, pixels: i32, channels: i32, filters: i32, kept: i32): void {
  multiply(x, u, scratch, pixels, channels, filters);
  for (let i = 0; i < pixels; i++) {
    for (let k = 0; k < kept << 2; k += 4) {
      f32.store(y + k, f32.load(scratch + k) + f32.load(bias + k));
    }
    scratch += filters << 2;
    y += kept << 2;
  }
}

// @ts-ignore: decorator
@inline
function largest(at: usize, pitch: usize, line: usize): v128 {
  const above = f32x4.max(v128.load(at), v128.load(at + pitch));
  return f32x4.max(above, f32x4.max(v128.load(at + line), v128.load(at + line + pitch)));
}

/** A row of outputs of the depthwise convolution, [w / stride, channels]. */
function depthwise(x: usize, d: usize, to: usize, row: i32, h: i32, w: i32, channels: i32, stride: i32): void {
  const pitch = channels << 2;
  const line = w * pitch;
  const wide = w / stride;
  const top = row * stride - (stride & 1), before = stride & 1; // stride 1 pads before and behind, stride 2 behind only
  const above = top >= 0, below = top + 2 < h;
  const zero = f32x4.splat(0);
  for (let k = 0; k < pitch; k += 16) {
    let at = d + k;
    const a0 = above ? v128.load(at) : zero; at += pitch;
    const a1 = above ? v128.load(at) : zero; at += pitch;
    const a2 = above ? v128.load(at) : zero; at += pitch;
    const b0 = v128.load(at); at += pitch;
    const b1 = v128.load(at); at += pitch;
    const b2 = v128.load(at); at += pitch;
    const c0 = below ? v128.load(at) : zero; at += pitch;
    const c1 = below ? v128.load(at) : zero; at += pitch;
    const c2 = below ? v128.load(at) : zero; at += pitch;
    const bias = v128.load(at);
    const middle = x + (top + 1) * line + k;
    const upper = above ? middle - line : middle, lower = below ? middle + line : middle; // a row that counts for nothing
    for (let column = 0; column < wide; column++) {
      const left = column * stride - before;
      let place = left * pitch;
      let sum = bias;
      if (left >= 0) {
        sum = f32x4.add(sum, f32x4.mul(a0, v128.load(upper + place)));
        sum = f32x4.add(sum, f32x4.mul(b0, v128.load(middle + place)));
        sum = f32x4.add(sum, f32x4.mul(c0, v128.load(lower + place)));
      }
      place += pitch;
      let other = f32x4.mul(a1, v128.load(upper + place));
      sum = f32x4.add(sum, f32x4.mul(b1, v128.load(middle + place)));
      other = f32x4.add(other, f32x4.mul(c1, v128.load(lower + place)));
      if (left + 2 < w) {
        place += pitch;
        sum = f32x4.add(sum, f32x4.mul(a2, v128.load(upper + place)));
        other = f32x4.add(other, f32x4.mul(b2, v128.load(middle + place)));
        sum = f32x4.add(sum, f32x4.mul(c2, v128.load(lower + place)));
      }
      v128.store(to + column * pitch + k, f32x4.add(sum, other));
    }
  }
}
