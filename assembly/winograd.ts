/**
 * Convolution by the minimal filtering of Winograd, F(2×2, 3×3): every 2×2 outputs of a 3×3 kernel take 16 products a channel in place
 * of 36. Source: Lavin and Gray 2015 (arXiv:1509.09308). AssemblyScript; `npm run build:wasm` compiles it into
 * src/kernels/winograd-bytes.ts.
 *
 * It works in the memory of the caller, which is TensorFlow.js's: all pointers come as arguments, and nothing is allocated. Arrays are
 * float32; channels come in fours and filters in eights.
 */

/** Rows of a register tile of the matrix product: 6 × 8 sums fill 12 of 16 vector registers. */
const ROWS: i32 = 6;

/**
 * Takes a kernel to the factors of the products.
 *
 * @param g kernel [3, 3, channels, filters]
 * @param u factors [16, filters / 8, channels, 8]
 */
export function transform(g: usize, u: usize, channels: i32, filters: i32): void {
  const tap = (channels * filters) << 2; // from one element of the kernel's plane to the next
  const half = f32x4.splat(0.5);
  for (let c = 0; c < channels; c++) {
    for (let k = 0; k < filters; k += 4) {
      const from = g + ((c * filters + k) << 2);
      const to = u + (((((k >> 3) * channels + c) << 3) + (k & 7)) << 2);
      for (let column = 0; column < 3; column++) {
        const at = from + column * tap;
        const g0 = v128.load(at), g1 = v128.load(at + 3 * tap), g2 = v128.load(at + 6 * tap);
        const sum = f32x4.mul(half, f32x4.add(g0, g2)), middle = f32x4.mul(half, g1);
        const place = to + column * tap;
        v128.store(place, g0);
        v128.store(place + 4 * tap, f32x4.add(sum, middle));
        v128.store(place + 8 * tap, f32x4.sub(sum, middle));
        v128.store(place + 12 * tap, g2);
      }
      for (let row = 0; row < 4; row++) {
        const at = to + 4 * row * tap;
        const g0 = v128.load(at), g1 = v128.load(at + tap), g2 = v128.load(at + 2 * tap);
        const sum = f32x4.mul(half, f32x4.add(g0, g2)), middle = f32x4.mul(half, g1);
        v128.store(at + tap, f32x4.add(sum, middle));
        v128.store(at + 2 * tap, f32x4.sub(sum, middle));
        v128.store(at + 3 * tap, g2);
      }
    }
  }
}

/**
 * Convolution with a 3×3 kernel, stride 1 and "same" padding.
 *
 * @param x input [n, h, w, channels]
 * @param u factors of the kernel, of `transform`
 * @param bias [filters]
 * @param y output [n, h, w, filters]
 * @param scratch room for 16 * block * (channels + filters) numbers
 * @param block tiles that are transformed at a time, a multiple of 6
 * @param least the least that an output may be: 0 for ReLU, -Infinity for none
 */
export function convolve(
  x: usize,
  u: usize,
  bias: usize,
  y: usize,
  scratch: usize,
  block: i32,
  n: i32,
  h: i32,
  w: i32,
  channels: i32,
  filters: i32,
  least: f32,
): void {
  const across = (w + 1) >> 1;
  const perPicture = ((h + 1) >> 1) * across;
  const tiles = n * perPicture;
  const v = scratch;
  const m = scratch + ((16 * block * channels) << 2);
  for (let first = 0; first < tiles; first += block) {
    const count = min(block, tiles - first);
    spreadBlock(x, v, first, count, block, h, w, channels);
    for (let i = 0; i < 16; i++) {
      const from = v + ((i * block * channels) << 2);
      const by = u + ((i * channels * filters) << 2);
      multiply(from, by, m + ((i * block * filters) << 2), count, channels, filters);
    }
    for (let t = 0; t < count; t++) {
      const tile = (first + t) % perPicture;
      const picture = y + (((first + t) / perPicture) * h * w * filters << 2);
      const from = m + ((t * filters) << 2);
      gatherTile(from, picture, (block * filters) << 2, (tile / across) * 2, (tile % across) * 2, h, w, filters, bias, least);
    }
  }
}

/**
 * Gradient of `convolve` by its kernel.
 *
 * @param x input [n, h, w, channels]
 * @param dy gradient of the output [n, h, w, filters]
 * @param p room for 16 * channels * filters numbers
 * @param g the gradient [3, 3, channels, filters]
 * @param scratch room for 16 * block * (channels + filters) numbers
 * @param block tiles that are transformed at a time
 */
export function filterGradient(
  x: usize,
  dy: usize,
  p: usize,
  g: usize,
  scratch: usize,
  block: i32,
  n: i32,
  h: i32,
  w: i32,
  channels: i32,
  filters: i32,
): void {
  const across = (w + 1) >> 1;
  const perPicture = ((h + 1) >> 1) * across;
  const tiles = n * perPicture;
  const v = scratch;
  const m = scratch + ((16 * block * channels) << 2);
  const plane = (channels * filters) << 2;
  memory.fill(p, 0, 16 * plane);
  for (let first = 0; first < tiles; first += block) {
    const count = min(block, tiles - first);
    spreadBlock(x, v, first, count, block, h, w, channels);
    for (let t = 0; t < count; t++) {
      const tile = (first + t) % perPicture;
      const picture = dy + ((((first + t) / perPicture) * h * w * filters) << 2);
      const to = m + ((t * filters) << 2);
      spreadGradient(picture, to, (block * filters) << 2, (tile / across) * 2, (tile % across) * 2, h, w, filters);
    }
    for (let i = 0; i < 16; i++) {
      const left = v + ((i * block * channels) << 2);
      accumulate(left, m + ((i * block * filters) << 2), p + i * plane, count, channels, filters);
    }
  }
  gatherKernel(p, g, plane);
}

/** The 16 factors of some tiles, [16, block, channels]. */
function spreadBlock(x: usize, v: usize, first: i32, count: i32, block: i32, h: i32, w: i32, channels: i32): void {
  const across = (w + 1) >> 1;
  const perPicture = ((h + 1) >> 1) * across;
  const step = (block * channels) << 2;
  for (let t = 0; t < count; t++) {
    const tile = (first + t) % perPicture;
    const picture = x + ((((first + t) / perPicture) * h * w * channels) << 2);
    const to = v + ((t * channels) << 2);
    spreadTile(picture, to, step, (tile / across) * 2 - 1, (tile % across) * 2 - 1, h, w, channels);
  }
}

/** A pixel's four channels, zeros outside the picture. */
// @ts-ignore: decorator
@inline
function pixel(at: usize, inside: bool): v128 {
  return inside ? v128.load(at) : f32x4.splat(0);
}

/** 4×4 pixels to the 16 factors of the products: the differences and sums of rows and columns. */
function spreadTile(x: usize, v: usize, step: usize, top: i32, left: i32, h: i32, w: i32, channels: i32): void {
  const pitch = (w * channels) << 2;
  const wide = channels << 2;
  const in0 = left >= 0, in2 = left + 2 < w, in3 = left + 3 < w;
  const row0 = top >= 0, row2 = top + 2 < h, row3 = top + 3 < h;
  let at = x + top * pitch + left * wide;
  for (let c = 0; c < channels; c += 4) {
    let p0 = pixel(at, row0 && in0), p1 = pixel(at + wide, row0), p2 = pixel(at + 2 * wide, row0 && in2), p3 = pixel(at + 3 * wide, row0 && in3);
    const a0 = f32x4.sub(p0, p2), a1 = f32x4.add(p1, p2), a2 = f32x4.sub(p2, p1), a3 = f32x4.sub(p1, p3);
    let row = at + pitch;
    p0 = pixel(row, in0); p1 = v128.load(row + wide); p2 = pixel(row + 2 * wide, in2); p3 = pixel(row + 3 * wide, in3);
    const b0 = f32x4.sub(p0, p2), b1 = f32x4.add(p1, p2), b2 = f32x4.sub(p2, p1), b3 = f32x4.sub(p1, p3);
    row += pitch;
    p0 = pixel(row, row2 && in0); p1 = pixel(row + wide, row2); p2 = pixel(row + 2 * wide, row2 && in2); p3 = pixel(row + 3 * wide, row2 && in3);
    const c0 = f32x4.sub(p0, p2), c1 = f32x4.add(p1, p2), c2 = f32x4.sub(p2, p1), c3 = f32x4.sub(p1, p3);
    let to = v;
    v128.store(to, f32x4.sub(a0, c0)); to += step;
    v128.store(to, f32x4.sub(a1, c1)); to += step;
    v128.store(to, f32x4.sub(a2, c2)); to += step;
    v128.store(to, f32x4.sub(a3, c3)); to += step;
    v128.store(to, f32x4.add(b0, c0)); to += step;
    v128.store(to, f32x4.add(b1, c1)); to += step;
    v128.store(to, f32x4.add(b2, c2)); to += step;
    v128.store(to, f32x4.add(b3, c3)); to += step;
    v128.store(to, f32x4.sub(c0, b0)); to += step;
    v128.store(to, f32x4.sub(c1, b1)); to += step;
    v128.store(to, f32x4.sub(c2, b2)); to += step;
    v128.store(to, f32x4.sub(c3, b3)); to += step;
    row += pitch;
    p0 = pixel(row, row3 && in0); p1 = pixel(row + wide, row3); p2 = pixel(row + 2 * wide, row3 && in2); p3 = pixel(row + 3 * wide, row3 && in3);
    v128.store(to, f32x4.sub(b0, f32x4.sub(p0, p2))); to += step;
    v128.store(to, f32x4.sub(b1, f32x4.add(p1, p2))); to += step;
    v128.store(to, f32x4.sub(b2, f32x4.sub(p2, p1))); to += step;
    v128.store(to, f32x4.sub(b3, f32x4.sub(p1, p3)));
    at += 16;
    v += 16;
  }
}

/** [rows, channels] by [filters / 8, channels, 8]; rows are computed in sixes, also those behind the last. */
function multiply(a: usize, b: usize, c: usize, rows: i32, channels: i32, filters: i32): void {
  const pitch: usize = channels << 2;
  const wide: usize = filters << 2;
  for (let panel = 0; panel < filters; panel += 8) {
    for (let row = 0; row < rows; row += ROWS) {
      let a0 = a + row * pitch;
      let a1 = a0 + pitch, a2 = a1 + pitch, a3 = a2 + pitch, a4 = a3 + pitch, a5 = a4 + pitch;
      let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
      let s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
      let at = b;
      const end = b + pitch * 8;
      do {
        const b0 = v128.load(at), b1 = v128.load(at, 16);
        let f = v128.load32_splat(a0);
        s00 = f32x4.add(s00, f32x4.mul(f, b0)); s01 = f32x4.add(s01, f32x4.mul(f, b1));
        f = v128.load32_splat(a1);
        s10 = f32x4.add(s10, f32x4.mul(f, b0)); s11 = f32x4.add(s11, f32x4.mul(f, b1));
        f = v128.load32_splat(a2);
        s20 = f32x4.add(s20, f32x4.mul(f, b0)); s21 = f32x4.add(s21, f32x4.mul(f, b1));
        f = v128.load32_splat(a3);
        s30 = f32x4.add(s30, f32x4.mul(f, b0)); s31 = f32x4.add(s31, f32x4.mul(f, b1));
        f = v128.load32_splat(a4);
        s40 = f32x4.add(s40, f32x4.mul(f, b0)); s41 = f32x4.add(s41, f32x4.mul(f, b1));
        f = v128.load32_splat(a5);
        s50 = f32x4.add(s50, f32x4.mul(f, b0)); s51 = f32x4.add(s51, f32x4.mul(f, b1));
        a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4;
        at += 32;
      } while (at < end);
      let to = c + row * wide + (panel << 2);
      v128.store(to, s00); v128.store(to, s01, 16); to += wide;
      v128.store(to, s10); v128.store(to, s11, 16); to += wide;
      v128.store(to, s20); v128.store(to, s21, 16); to += wide;
      v128.store(to, s30); v128.store(to, s31, 16); to += wide;
      v128.store(to, s40); v128.store(to, s41, 16); to += wide;
      v128.store(to, s50); v128.store(to, s51, 16);
    }
    b += pitch * 8;
  }
}

/** The 16 products to 2×2 outputs, with bias and lower bound. */
function gatherTile(m: usize, y: usize, step: usize, top: i32, left: i32, h: i32, w: i32, filters: i32, bias: usize, least: f32): void {
  const wide = filters << 2;
  const pitch = w * wide;
  const right = left + 1 < w, below = top + 1 < h;
  const bound = f32x4.splat(least);
  let to = y + top * pitch + left * wide;
  for (let k = 0; k < filters; k += 4) {
    let at = m;
    let s0 = v128.load(at); at += step;
    let s1 = v128.load(at); at += step;
    let s2 = v128.load(at); at += step;
    let s3 = v128.load(at); at += step;
    let t0 = v128.load(at); at += step;
    let t1 = v128.load(at); at += step;
    let t2 = v128.load(at); at += step;
    let t3 = v128.load(at); at += step;
    const u0 = v128.load(at); at += step;
    const u1 = v128.load(at); at += step;
    const u2 = v128.load(at); at += step;
    const u3 = v128.load(at); at += step;
    s0 = f32x4.add(s0, f32x4.add(t0, u0)); s1 = f32x4.add(s1, f32x4.add(t1, u1));
    s2 = f32x4.add(s2, f32x4.add(t2, u2)); s3 = f32x4.add(s3, f32x4.add(t3, u3));
    t0 = f32x4.sub(f32x4.sub(t0, u0), v128.load(at)); at += step;
    t1 = f32x4.sub(f32x4.sub(t1, u1), v128.load(at)); at += step;
    t2 = f32x4.sub(f32x4.sub(t2, u2), v128.load(at)); at += step;
    t3 = f32x4.sub(f32x4.sub(t3, u3), v128.load(at));
    const b = v128.load(bias);
    v128.store(to, f32x4.max(bound, f32x4.add(b, f32x4.add(s0, f32x4.add(s1, s2)))));
    if (right) v128.store(to + wide, f32x4.max(bound, f32x4.add(b, f32x4.sub(f32x4.sub(s1, s2), s3))));
    if (below) {
      v128.store(to + pitch, f32x4.max(bound, f32x4.add(b, f32x4.add(t0, f32x4.add(t1, t2)))));
      if (right) v128.store(to + pitch + wide, f32x4.max(bound, f32x4.add(b, f32x4.sub(f32x4.sub(t1, t2), t3))));
    }
    m += 16;
    to += 16;
    bias += 16;
  }
}

/** The gradients of 2×2 outputs to those of the 16 products. */
function spreadGradient(dy: usize, m: usize, step: usize, top: i32, left: i32, h: i32, w: i32, filters: i32): void {
  const wide = filters << 2;
  const pitch = w * wide;
  const right = left + 1 < w, below = top + 1 < h;
  const zero = f32x4.splat(0);
  let at = dy + top * pitch + left * wide;
  for (let k = 0; k < filters; k += 4) {
    const a = v128.load(at), b = pixel(at + wide, right);
    const c = pixel(at + pitch, below), d = pixel(at + pitch + wide, right && below);
    let to = storeRow(m, step, a, b);
    to = storeRow(to, step, f32x4.add(a, c), f32x4.add(b, d));
    to = storeRow(to, step, f32x4.sub(a, c), f32x4.sub(b, d));
    storeRow(to, step, f32x4.sub(zero, c), f32x4.sub(zero, d));
    at += 16;
    m += 16;
  }
}

/** Two columns to four: the first, their sum, their difference, the second negated. */
// @ts-ignore: decorator
@inline
function storeRow(to: usize, step: usize, a: v128, b: v128): usize {
  v128.store(to, a);
  v128.store(to + step, f32x4.add(a, b));
  v128.store(to + 2 * step, f32x4.sub(a, b));
  v128.store(to + 3 * step, f32x4.neg(b));
  return to + 4 * step;
}

/** Adds [rows, channels] transposed by [rows, filters] to [channels, filters]. */
function accumulate(a: usize, b: usize, c: usize, rows: i32, channels: i32, filters: i32): void {
  const pitch: usize = channels << 2;
  const wide: usize = filters << 2;
  for (let channel = 0; channel < channels; channel += 4) {
    for (let panel = 0; panel < filters; panel += 8) {
      let left = a + (channel << 2);
      let right = b + (panel << 2);
      let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
      for (let row = 0; row < rows; row++) {
        const b0 = v128.load(right), b1 = v128.load(right, 16);
        let f = v128.load32_splat(left);
        s00 = f32x4.add(s00, f32x4.mul(f, b0)); s01 = f32x4.add(s01, f32x4.mul(f, b1));
        f = v128.load32_splat(left, 4);
        s10 = f32x4.add(s10, f32x4.mul(f, b0)); s11 = f32x4.add(s11, f32x4.mul(f, b1));
        f = v128.load32_splat(left, 8);
        s20 = f32x4.add(s20, f32x4.mul(f, b0)); s21 = f32x4.add(s21, f32x4.mul(f, b1));
        f = v128.load32_splat(left, 12);
        s30 = f32x4.add(s30, f32x4.mul(f, b0)); s31 = f32x4.add(s31, f32x4.mul(f, b1));
        left += pitch;
        right += wide;
      }
      let to = c + channel * wide + (panel << 2);
      v128.store(to, f32x4.add(v128.load(to), s00)); v128.store(to, f32x4.add(v128.load(to, 16), s01), 16); to += wide;
      v128.store(to, f32x4.add(v128.load(to), s10)); v128.store(to, f32x4.add(v128.load(to, 16), s11), 16); to += wide;
      v128.store(to, f32x4.add(v128.load(to), s20)); v128.store(to, f32x4.add(v128.load(to, 16), s21), 16); to += wide;
      v128.store(to, f32x4.add(v128.load(to), s30)); v128.store(to, f32x4.add(v128.load(to, 16), s31), 16);
    }
  }
}

/** The gradients of the factors, [16, ...], to that of the kernel, [9, ...]: the transpose of `transform`. `p` is overwritten. */
function gatherKernel(p: usize, g: usize, plane: usize): void {
  const half = f32x4.splat(0.5);
  for (let place: usize = 0; place < plane; place += 16) {
    for (let row = 0; row < 4; row++) {
      const at = p + place + 4 * row * plane;
      const p1 = v128.load(at + plane), p2 = v128.load(at + 2 * plane);
      const sum = f32x4.mul(half, f32x4.add(p1, p2));
      v128.store(at, f32x4.add(v128.load(at), sum));
      v128.store(at + plane, f32x4.mul(half, f32x4.sub(p1, p2)));
      v128.store(at + 2 * plane, f32x4.add(v128.load(at + 3 * plane), sum));
    }
    for (let column = 0; column < 3; column++) {
      const at = p + place + column * plane;
      const to = g + place + column * plane;
      const p1 = v128.load(at + 4 * plane), p2 = v128.load(at + 8 * plane);
      const sum = f32x4.mul(half, f32x4.add(p1, p2));
      v128.store(to, f32x4.add(v128.load(at), sum));
      v128.store(to + 3 * plane, f32x4.mul(half, f32x4.sub(p1, p2)));
      v128.store(to + 6 * plane, f32x4.add(v128.load(at + 12 * plane), sum));
    }
  }
}
