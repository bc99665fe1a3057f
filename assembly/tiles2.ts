/** What F(2×2, 3×3) makes of a tile before and after the products: every 2×2 outputs take 16 of them. */

/** A pixel's four channels, zeros outside the picture. */
// @ts-ignore: decorator
@inline
export function pixel(at: usize, inside: bool): v128 {
  return inside ? v128.load(at) : f32x4.splat(0);
}

/** A kernel [3, 3, channels, filters] to the factors [16, filters / 8, channels, 8]. */
export function transform2(g: usize, u: usize, channels: i32, filters: i32): void {
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

/** 4×4 pixels to the 16 factors of the products: the differences and sums of rows and columns. */
export function spreadTile2(x: usize, v: usize, step: usize, top: i32, left: i32, h: i32, w: i32, channels: i32): void {
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

/** The 16 products to 2×2 outputs, with bias and lower bound. */
export function gatherTile2(m: usize, y: usize, step: usize, top: i32, left: i32, h: i32, w: i32, filters: i32, bias: usize, least: f32): void {
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
export function spreadGradient(dy: usize, m: usize, step: usize, top: i32, left: i32, h: i32, w: i32, filters: i32): void {
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

/** The gradients of the factors, [16, ...], to that of the kernel, [9, ...]: the transpose of `transform`. `p` is overwritten. */
export function gatherKernel(p: usize, g: usize, plane: usize): void {
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
