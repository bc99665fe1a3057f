/**
 * What F(4×4, 3×3) makes of a tile before and after the products: every 4×4 outputs take 36 of them. It interpolates at 0, ±√½, ±√2 and
 * infinity, which loses fewer digits than the usual 0, ±1, ±2: by Alam et al. 2022 (arXiv:2201.10369).
 *
 * Each transformation is one of lines, done to the columns of a tile and then to the rows of what this gives.
 */

import { pixel } from './tiles2';

const ROOT: f32 = 1.4142135623730951;
const HALF: f32 = 0.7071067811865476;

// @ts-ignore: decorator
@inline
function times(factor: f32, x: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), x);
}

/** A kernel [3, 3, channels, filters] to the factors [36, filters / 8, channels, 8]. */
export function transform4(g: usize, u: usize, channels: i32, filters: i32): void {
  const tap = (channels * filters) << 2; // from one element of the kernel's plane to the next
  for (let c = 0; c < channels; c++) {
    for (let k = 0; k < filters; k += 4) {
      const from = g + ((c * filters + k) << 2);
      const to = u + (((((k >> 3) * channels + c) << 3) + (k & 7)) << 2);
      for (let column = 0; column < 3; column++) transformLine(from + column * tap, 3 * tap, to + column * tap, 6 * tap);
      for (let row = 0; row < 6; row++) transformLine(to + 6 * row * tap, tap, to + 6 * row * tap, tap);
    }
  }
}

function transformLine(from: usize, step: usize, to: usize, stride: usize): void {
  const g0 = v128.load(from), g1 = v128.load(from + step), g2 = v128.load(from + 2 * step);
  const outer = times(-1 / 3, f32x4.add(f32x4.add(g0, g0), g2)), odd = times(ROOT / 3, g1);
  const even = times(1 / 6, f32x4.add(g0, f32x4.add(g2, g2))), small = times(ROOT / 6, g1);
  v128.store(to, g0);
  v128.store(to + stride, f32x4.sub(outer, odd));
  v128.store(to + 2 * stride, f32x4.add(outer, odd));
  v128.store(to + 3 * stride, f32x4.add(even, small));
  v128.store(to + 4 * stride, f32x4.sub(even, small));
  v128.store(to + 5 * stride, g2);
}

/** 6×6 pixels to the 36 factors of the products, [36, …] `step` apart. `room` is for 144 numbers. */
export function spreadTile4(x: usize, v: usize, room: usize, step: usize, top: i32, left: i32, h: i32, w: i32, channels: i32): void {
  const wide = channels << 2;
  const pitch = w * wide;
  let at = x + top * pitch + left * wide;
  for (let c = 0; c < channels; c += 4) {
    for (let column = 0; column < 6; column++) {
      const inside = <u32>(left + column) < <u32>w;
      spreadLine(at + column * wide, pitch, inside && top >= 0, inside ? h - top : 0, room + (column << 4), 96);
    }
    for (let row = 0; row < 6; row++) spreadLine(room + row * 96, 16, true, 6, v + 6 * row * step, step);
    at += 16;
    v += 16;
  }
}

/** Six pixels to six factors: those before `end` count, the first one only if told, and zeros stand for the others. */
function spreadLine(from: usize, step: usize, first: bool, end: i32, to: usize, stride: usize): void {
  const p0 = pixel(from, first), p1 = pixel(from + step, 1 < end), p2 = pixel(from + 2 * step, 2 < end);
  const p3 = pixel(from + 3 * step, 3 < end), p4 = pixel(from + 4 * step, 4 < end), p5 = pixel(from + 5 * step, 5 < end);
  const outer = f32x4.sub(p4, f32x4.add(p2, p2)), odd = f32x4.sub(times(ROOT, p1), times(HALF, p3));
  const even = f32x4.sub(p4, times(0.5, p2)), small = f32x4.sub(times(HALF, p1), times(ROOT, p3));
  v128.store(to, f32x4.add(f32x4.sub(p0, times(2.5, p2)), p4));
  v128.store(to + stride, f32x4.sub(outer, odd));
  v128.store(to + 2 * stride, f32x4.add(outer, odd));
  v128.store(to + 3 * stride, f32x4.sub(even, small));
  v128.store(to + 4 * stride, f32x4.add(even, small));
  v128.store(to + 5 * stride, f32x4.add(f32x4.sub(p1, times(2.5, p3)), p5));
}

/** The 36 products to 4×4 outputs, with bias and lower bound. `room` is for 144 numbers. */
export function gatherTile4(m: usize, y: usize, room: usize, step: usize, top: i32, left: i32, h: i32, w: i32, filters: i32, bias: usize, least: f32): void {
  const wide = filters << 2;
  const pitch = w * wide;
  const bound = f32x4.splat(least), none = f32x4.splat(-Infinity), zero = f32x4.splat(0);
  const rows = min(4, h - top), columns = min(4, w - left);
  let to = y + top * pitch + left * wide;
  for (let k = 0; k < filters; k += 4) {
    for (let column = 0; column < 6; column++) gatherLine(m + column * step, 6 * step, room + (column << 4), 96, 4, zero, none);
    const offset = v128.load(bias);
    for (let row = 0; row < rows; row++) gatherLine(room + row * 96, 16, to + row * pitch, wide, columns, offset, bound);
    m += 16;
    to += 16;
    bias += 16;
  }
}

/** Six products to the first `count` of four outputs, with bias and lower bound. */
function gatherLine(from: usize, step: usize, to: usize, stride: usize, count: i32, bias: v128, bound: v128): void {
  const p1 = v128.load(from + step), p2 = v128.load(from + 2 * step);
  const p3 = v128.load(from + 3 * step), p4 = v128.load(from + 4 * step);
  const s = f32x4.add(p1, p2), d = f32x4.sub(p1, p2), t = f32x4.add(p3, p4), e = f32x4.sub(p3, p4);
  const y0 = f32x4.add(f32x4.add(v128.load(from), s), t);
  v128.store(to, f32x4.max(bound, f32x4.add(bias, y0)));
  if (count > 1) {
    const y1 = f32x4.add(times(HALF, d), times(ROOT, e));
    v128.store(to + stride, f32x4.max(bound, f32x4.add(bias, y1)));
  }
  if (count > 2) {
    const y2 = f32x4.add(times(0.5, s), f32x4.add(t, t));
    v128.store(to + 2 * stride, f32x4.max(bound, f32x4.add(bias, y2)));
  }
  if (count > 3) {
    const y3 = f32x4.add(f32x4.add(times(HALF / 2, d), times(2 * ROOT, e)), v128.load(from + 5 * step));
    v128.store(to + 3 * stride, f32x4.max(bound, f32x4.add(bias, y3)));
  }
}
