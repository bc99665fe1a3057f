/** The matrix products in the midst of the convolution and of its gradient by the kernel. */

/**
 * Rows of a register tile of the matrix product. V8 loads all that a turn of the loop needs before it adds: 3 × 8 sums with their factors
 * fit the 16 vector registers so, 6 × 8 do not, and one picture of 6×6 or 12×12 has nine tiles.
 */
export const ROWS: i32 = 3;

/** [rows, channels] by [filters / 8, channels, 8]; rows are computed in threes, also those behind the last. */
export function multiply(a: usize, b: usize, c: usize, rows: i32, channels: i32, filters: i32): void {
  const pitch: usize = channels << 2;
  const wide: usize = filters << 2;
  for (let panel = 0; panel < filters; panel += 8) {
    for (let row = 0; row < rows; row += ROWS) {
      let a0 = a + row * pitch;
      let a1 = a0 + pitch, a2 = a1 + pitch;
      let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
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
        a0 += 4; a1 += 4; a2 += 4;
        at += 32;
      } while (at < end);
      let to = c + row * wide + (panel << 2);
      v128.store(to, s00); v128.store(to, s01, 16); to += wide;
      v128.store(to, s10); v128.store(to, s11, 16); to += wide;
      v128.store(to, s20); v128.store(to, s21, 16);
    }
    b += pitch * 8;
  }
}

/** Adds [rows, channels] transposed by [rows, filters] to [channels, filters]. */
export function accumulate(a: usize, b: usize, c: usize, rows: i32, channels: i32, filters: i32): void {
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
