import type { Candidate } from './decode';
import { INPUT_SIZE } from './shape';

/** What an image for the model shows of a photo: an upright rectangle, which may reach over the edges. */
export interface View {
  /** Its left edge, in pixels of the photo. */
  readonly x: number;
  /** Its upper edge, in pixels of the photo. */
  readonly y: number;
  /** Pixels of the photo for one of the image. */
  readonly scale: number;
  /** Height of the image in pixels. */
  readonly height: number;
  /** Width of the image in pixels. */
  readonly width: number;
}

/** The sides of closer views are multiples of this: of the cells of the coarse grid, and few sizes for which WebGL compiles its programs. */
const SIDE_STEP = 32;

/** Photos are not looked at closer than with these pixels for 128: beyond, they would only be enlarged. */
const LEAST_SIDE = 128;

/** How many times the scale is halved. */
const MOST_LEVELS = 3;

/** Up to this share of a look's side, a face is so small that smaller ones may have been missed. */
const SMALL = 0.18;

/** Photos with a longer side are always looked at closer: the first look shrinks them more than five times. */
const LARGE_PHOTO = 640;

/** How many levels are looked at where none of them has shown a face. */
const LEVELS_WITHOUT_FACE = 2;

/** A look at a face alone: the side of its image in pixels, and how large the face is, as a share of it. */
const ALONE = { side: INPUT_SIZE / 2, share: 0.7 };

/** The square around a photo. */
export function wholePhoto([height, width]: readonly [height: number, width: number]): View {
  const side = Math.max(height, width);
  return squareView((width - side) / 2, (height - side) / 2, side);
}

/** The whole photo at a finer scale: its longer side has 256 pixels at level 1, 512 at level 2. */
export function closerView([height, width]: readonly [height: number, width: number], level: number): View {
  const scale = Math.max(height, width) / (INPUT_SIZE * 2 ** level);
  const [rows, columns] = [height, width].map((side) => Math.ceil(side / scale / SIDE_STEP) * SIDE_STEP) as [
    number,
    number,
  ];
  return {
    x: (width - columns * scale) / 2,
    y: (height - rows * scale) / 2,
    scale,
    height: rows,
    width: columns,
  };
}

/** The view for a second look at a face. */
export function viewAround({ left, top, right, bottom }: Candidate): View {
  const side = Math.max(right - left, bottom - top) / ALONE.share;
  return squareView((left + right - side) / 2, (top + bottom - side) / 2, side, ALONE.side);
}

function squareView(x: number, y: number, side: number, pixels = INPUT_SIZE): View {
  return { x, y, scale: side / pixels, height: pixels, width: pixels };
}

/**
 * Whether to look at a photo at a finer scale: as long as the looks so far found no face, or one that is small for the last of them, and
 * more is seen so.
 */
export function isLevelWanted(
  smallFaces: 'auto' | 'never' | 'always',
  level: number,
  longer: number,
  faces: readonly Candidate[],
): boolean {
  if (smallFaces === 'never' || level > MOST_LEVELS || longer / 2 ** level < LEAST_SIDE) return false;
  if (smallFaces === 'always' || (level === 1 && longer > LARGE_PHOTO)) return true;
  if (faces.length === 0) return level <= LEVELS_WITHOUT_FACE;
  const smallest = Math.min(...faces.map(({ left, right }) => right - left));
  return smallest < (SMALL * longer) / 2 ** (level - 1);
}
