import type { Candidate } from './decode';
import type { Square } from './sample';

/** How far tiles are apart, as a share of their side: faces up to a quarter of it lie whole in one of them, and larger ones were seen before. */
const STEP = 0.75;

/** Tiles are not made smaller than this, in pixels: below, they would only be enlarged. */
const LEAST_SIDE = 128;

/** How many times tiles are halved. */
const MOST_LEVELS = 3;

/** Up to this share of a look's side, a face is so small that smaller ones may have been missed. */
const SMALL = 0.16;

/** How many levels are looked at where none of them has shown a face. */
const LEVELS_WITHOUT_FACE = 2;

/** The square around a photo. */
export function wholePhoto([height, width]: readonly [height: number, width: number]): Square {
  const side = Math.max(height, width);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** Squares that cover a photo, overlapping, each with half the longer side at level 1, a quarter at level 2. */
export function tilesOf([height, width]: readonly [height: number, width: number], level: number): Square[] {
  const side = Math.max(height, width) / 2 ** level;
  const columns = starts(width, side);
  return starts(height, side).flatMap((y) => columns.map((x) => ({ x, y, side })));
}

function starts(length: number, side: number): number[] {
  if (length <= side) return [(length - side) / 2];
  const gaps = Math.ceil((length - side) / (STEP * side));
  return Array.from({ length: gaps + 1 }, (_, i) => (i * (length - side)) / gaps);
}

/** How large a face is in a look at it alone, as a share of the side. */
const ALONE = 0.4;

/** The square for a second look at a face. */
export function squareAround({ left, top, right, bottom }: Candidate): Square {
  const side = Math.max(right - left, bottom - top) / ALONE;
  return { x: (left + right - side) / 2, y: (top + bottom - side) / 2, side };
}

/** Whether a face lies whole in a tile, or is cut off only where the photo ends. */
export function isWhole(
  { left, top, right, bottom }: Candidate,
  { x, y, side }: Square,
  size: readonly [number, number],
): boolean {
  const [height, width] = size;
  return (
    (left >= x || x <= 0) &&
    (top >= y || y <= 0) &&
    (right <= x + side || x + side >= width) &&
    (bottom <= y + side || y + side >= height)
  );
}

/**
 * Whether to look at the tiles of a level: as long as the looks so far found no face, or one that is small for the last of them, and tiles
 * show more than they did.
 */
export function isLevelWanted(
  tiles: 'auto' | 'never' | 'always',
  level: number,
  longer: number,
  faces: readonly Candidate[],
): boolean {
  if (tiles === 'never' || level > MOST_LEVELS || longer / 2 ** level < LEAST_SIDE) return false;
  if (tiles === 'always') return true;
  if (faces.length === 0) return level <= LEVELS_WITHOUT_FACE;
  const smallest = Math.min(...faces.map(({ left, right }) => right - left));
  return smallest < (SMALL * longer) / 2 ** (level - 1);
}
