import type { Point } from '../../image/region';
import { GRIDS, VALUES } from './shape';
import type { View } from './views';

/** A face as the model tells it, in pixels of the photo. */
export interface Candidate {
  /** 0..1 */
  readonly score: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** The eye on the left of an upright face's image, the other eye, nose, mouth, the ear on the left, the other ear. */
  readonly points: readonly Point[];
}

const POINTS = 6;

/**
 * Finds the anchors that saw a face.
 *
 * @param values What the model said of one image: [anchors * 17].
 * @param minScore Minimum score, 0..1.
 * @param view What of the photo the image shows.
 */
export function decode(values: Float32Array, minScore: number, { x, y, scale, height, width }: View): Candidate[] {
  const found: Candidate[] = [];
  const least = Math.log(minScore / (1 - minScore));
  let at = 0;
  for (const { step, perCell } of GRIDS) {
    const columns = width / step;
    for (let cell = 0; cell < (height / step) * columns; cell++) {
      for (let k = 0; k < perCell; k++, at += VALUES) {
        const logit = values[at]!;
        if (!(logit >= least)) continue;
        const [left, top] = [((cell % columns) + 0.5) * step, (Math.floor(cell / columns) + 0.5) * step];
        found.push(
          faceOf(values.subarray(at, at + VALUES), 1 / (1 + Math.exp(-logit)), (dx, dy) => [
            x + scale * (left + dx),
            y + scale * (top + dy),
          ]),
        );
      }
    }
  }
  return found;
}

/** The face that an anchor saw; `place` takes an offset from the anchor to the photo. */
function faceOf(values: Float32Array, score: number, place: (dx: number, dy: number) => Point): Candidate {
  const [dx, dy, width, height] = [...values.subarray(1, 5)] as [number, number, number, number];
  const [left, top] = place(dx - width / 2, dy - height / 2);
  const [right, bottom] = place(dx + width / 2, dy + height / 2);
  const points = Array.from({ length: POINTS }, (_, k) => place(values[5 + 2 * k]!, values[6 + 2 * k]!));
  return { score, left, top, right, bottom, points };
}
