import type { PhotoBytes } from '../detector';

/** An upright square in pixels of the photo. It may reach over the edges. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** Which pixels of an axis make one new pixel, and with what weights. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Draws a square of a photo at another size: what shrinks is averaged over areas, what grows is interpolated linearly, and what lies beyond
 * the edges is black. Transparent photos are laid over white.
 *
 * This is done on bytes, in one pass over the square: many times as fast as by matrix products, and the same on every backend.
 *
 * @param photo The photo; borrowed.
 * @param square The part to draw.
 * @param size Height and width of the result.
 * @param out Where the result goes: size × size × 3 RGB values, -1 (black) to 1 (white).
 */
export function sampleSquare(photo: PhotoBytes, square: Square, size: number, out: Float32Array): void {
  const { width, height } = photo;
  const columns = tapsOf(square.x, square.side, size, width);
  const rows = tapsOf(square.y, square.side, size, height);
  const used = rows.filter(({ weights }) => weights.length > 0);
  out.fill(-1);
  if (used.length === 0) return;
  const top = used[0]!.first;
  const last = used.at(-1)!;
  const lines = new Float32Array((last.first + last.weights.length - top) * size * 3);
  for (let y = top; y < last.first + last.weights.length; y++) {
    sampleLine(photo, y, columns, lines.subarray((y - top) * size * 3, (y - top + 1) * size * 3));
  }
  rows.forEach(({ first, weights }, i) => {
    const to = i * size * 3;
    weights.forEach((weight, k) => {
      const from = (first + k - top) * size * 3;
      for (let j = 0; j < size * 3; j++) out[to + j]! += (weight / 127.5) * lines[from + j]!;
    });
  });
}

/** One row of a photo, made shorter or longer. */
function sampleLine(
  { data, width, channels }: PhotoBytes,
  y: number,
  columns: readonly Taps[],
  line: Float32Array,
): void {
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  let to = 0;
  for (const { first, weights } of columns) {
    let [r, g, b] = [0, 0, 0];
    let at = (y * width + first) * channels;
    for (let k = 0; k < weights.length; k++, at += channels) {
      const weight = weights[k]!;
      if (channels === 4 && data[at + 3] !== 255) {
        const opacity = (weight * data[at + 3]!) / 255;
        const white = 255 * (weight - opacity);
        r += opacity * data[at]! + white;
        g += opacity * data[at + 1]! + white;
        b += opacity * data[at + 2]! + white;
      } else {
        r += weight * data[at]!;
        g += weight * data[at + green]!;
        b += weight * data[at + blue]!;
      }
    }
    line[to++] = r;
    line[to++] = g;
    line[to++] = b;
  }
}

/** How a stretch of an axis of `length` pixels becomes `size` pixels. The weights of pixels beyond its ends are left out. */
function tapsOf(start: number, extent: number, size: number, length: number): Taps[] {
  const scale = extent / size;
  return Array.from({ length: size }, (_, i) => {
    const middle = start + (i + 0.5) * scale;
    const reach = Math.max(scale / 2, 1);
    const first = Math.max(0, Math.floor(middle - reach));
    const end = Math.min(length, Math.ceil(middle + reach));
    const weight = (j: number) =>
      scale >= 1
        ? Math.max(0, Math.min(middle + scale / 2, j + 1) - Math.max(middle - scale / 2, j)) / scale
        : Math.max(0, 1 - Math.abs(j + 0.5 - middle));
    return { first, weights: Array.from({ length: Math.max(0, end - first) }, (_, k) => weight(first + k)) };
  });
}
