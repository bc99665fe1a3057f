/**
 * Convolution by the minimal filtering of Winograd, F(2×2, 3×3) and F(4×4, 3×3): every 2×2 outputs of a 3×3 kernel take 16 products a
 * channel in place of 36, every 4×4 outputs 36 in place of 144. Source: Lavin and Gray 2015 (arXiv:1509.09308). AssemblyScript;
 * `npm run build:wasm` compiles it into src/kernels/winograd-bytes.ts.
 *
 * It works in the memory of the caller, which is TensorFlow.js's: all pointers come as arguments, and nothing is allocated. Arrays are
 * float32; channels come in fours and filters in eights. `side` is that of a tile of outputs, 2 or 4; the input tile of one has
 * (side + 2)² pixels, and as many products.
 */

import { accumulate, multiply } from './products';
import { gatherKernel, gatherTile2, spreadGradient, spreadTile2, transform2 } from './tiles2';
import { gatherTile4, spreadTile4, transform4 } from './tiles4';

/**
 * Takes a kernel to the factors of the products.
 *
 * @param g kernel [3, 3, channels, filters]
 * @param u factors [(side + 2)², filters / 8, channels, 8]
 */
export function transform(g: usize, u: usize, side: i32, channels: i32, filters: i32): void {
  if (side == 2) transform2(g, u, channels, filters);
  else transform4(g, u, channels, filters);
}

/**
 * Convolution with a 3×3 kernel, stride 1 and "same" padding.
 *
 * @param x input [n, h, w, channels]
 * @param u factors of the kernel, of `transform`
 * @param bias [filters]
 * @param y output [n, h, w, filters]
 * @param scratch room for (side + 2)² * block * (channels + filters) + 144 numbers
 * @param block tiles that are transformed at a time, a multiple of 3
 * @param least the least that an output may be: 0 for ReLU, -Infinity for none
 */
export function convolve(
  x: usize,
  u: usize,
  bias: usize,
  y: usize,
  scratch: usize,
  side: i32,
  block: i32,
  n: i32,
  h: i32,
  w: i32,
  channels: i32,
  filters: i32,
  least: f32,
): void {
  const products = (side + 2) * (side + 2);
  const across = (w + side - 1) / side;
  const perPicture = ((h + side - 1) / side) * across;
  const tiles = n * perPicture;
  const v = scratch + 576;
  const m = v + ((products * block * channels) << 2);
  const step = (block * filters) << 2;
  for (let first = 0; first < tiles; first += block) {
    const count = min(block, tiles - first);
    spreadBlock(x, v, scratch, side, first, count, block, h, w, channels);
    for (let i = 0; i < products; i++) {
      const from = v + ((i * block * channels) << 2);
      multiply(from, u + ((i * channels * filters) << 2), m + i * step, count, channels, filters);
    }
    for (let t = 0; t < count; t++) {
      const tile = (first + t) % perPicture;
      const picture = y + (((first + t) / perPicture) * h * w * filters << 2);
      const from = m + ((t * filters) << 2);
      const top = (tile / across) * side, left = (tile % across) * side;
      if (side == 2) gatherTile2(from, picture, step, top, left, h, w, filters, bias, least);
      else gatherTile4(from, picture, scratch, step, top, left, h, w, filters, bias, least);
    }
  }
}

/**
 * Gradient of `convolve` by its kernel, in tiles of 2×2.
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
    spreadBlock(x, v, 0, 2, first, count, block, h, w, channels);
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

/** The factors of some tiles, [(side + 2)², block, channels]. */
function spreadBlock(x: usize, v: usize, room: usize, side: i32, first: i32, count: i32, block: i32, h: i32, w: i32, channels: i32): void {
  const across = (w + side - 1) / side;
  const perPicture = ((h + side - 1) / side) * across;
  const step = (block * channels) << 2;
  for (let t = 0; t < count; t++) {
    const tile = (first + t) % perPicture;
    const picture = x + ((((first + t) / perPicture) * h * w * channels) << 2);
    const to = v + ((t * channels) << 2);
    const top = (tile / across) * side - 1, left = (tile % across) * side - 1;
    if (side == 2) spreadTile2(picture, to, step, top, left, h, w, channels);
    else spreadTile4(picture, to, room, step, top, left, h, w, channels);
  }
}
