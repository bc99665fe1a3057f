import type { Point } from '../../image/region';
import { ANCHORS, INPUT_SIZE, VALUES } from './network';
import type { Square } from './sample';

/** A face as the network tells it, in pixels of the photo. */
export interface Candidate {
  /** 0..1 */
  readonly score: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** The eye on the left of an upright face's picture, the other eye, nose, mouth, the ear on the left, the other ear. */
  readonly points: readonly Point[];
}

/** Grids of anchors: cells a side, and anchors a cell. */
const GRIDS = [[16, 2], [8, 6]] as const; // prettier-ignore
const POINTS = 6;

/** The middle of each anchor, as shares of the input's width and height: [x, y, x, y, …]. */
const CENTRES = Float32Array.from(
  GRIDS.flatMap(([side, perCell]) =>
    Array.from({ length: side * side * perCell }, (_, i) => {
      const cell = Math.floor(i / perCell);
      return [((cell % side) + 0.5) / side, (Math.floor(cell / side) + 0.5) / side];
    }).flat(),
  ),
);

/**
 * Finds the anchors that saw a face.
 *
 * @param values What the network said of one picture: [896 * 17].
 * @param minScore Least score, 0..1.
 * @param square What of the photo the picture shows.
 */
export function decode(values: Float32Array, minScore: number, { x, y, side }: Square): Candidate[] {
  const found: Candidate[] = [];
  for (let i = 0; i < ANCHORS; i++) {
    const at = i * VALUES;
    const score = 1 / (1 + Math.exp(-Math.min(Math.max(values[at]!, -100), 100)));
    if (!(score >= minScore)) continue;
    const across = (k: number) => x + side * (CENTRES[2 * i]! + values[at + k]! / INPUT_SIZE);
    const down = (k: number) => y + side * (CENTRES[2 * i + 1]! + values[at + k]! / INPUT_SIZE);
    const halfWidth = (side * values[at + 3]!) / INPUT_SIZE / 2;
    const halfHeight = (side * values[at + 4]!) / INPUT_SIZE / 2;
    found.push({
      score,
      left: across(1) - halfWidth,
      right: across(1) + halfWidth,
      top: down(2) - halfHeight,
      bottom: down(2) + halfHeight,
      points: Array.from({ length: POINTS }, (_, k) => [across(5 + 2 * k), down(6 + 2 * k)] as const),
    });
  }
  return found;
}
