import { inputError, within } from '../errors';
import { number, object, type Parser, type Schema } from '../schema';
import { checkNumber, describe } from '../validate';

/**
 * A point of an image in pixels: [x, y] from the left and the top edge; the center of the first pixel is [0.5, 0.5].
 */
export type Point = readonly [x: number, y: number];

/**
 * A rectangle in pixels of the image, from its left and top edge. It may reach over the edges.
 */
export interface Box {
  /** Left edge. */
  readonly x: number;
  /** Upper edge. */
  readonly y: number;
  /** Width, above 0. */
  readonly width: number;
  /** Height, above 0. */
  readonly height: number;
}

/**
 * The two eyes. Detectors disagree on which of them is the left one, the person's or the image's, so they may be
 * exchanged: the face is turned upright by less than a quarter turn either way.
 */
export interface FaceLandmarks {
  /** Center of one eye. */
  readonly leftEye: Point;
  /** Center of the other eye, at another place. */
  readonly rightEye: Point;
  /** Tip of the nose. It and the points below are not looked at when a face is cut out. */
  readonly nose?: Point | undefined;
  /** Center of the mouth. */
  readonly mouth?: Point | undefined;
  /** The ear on the side of `leftEye`. */
  readonly leftEar?: Point | undefined;
  /** The other ear. */
  readonly rightEar?: Point | undefined;
}

/**
 * Where a face is in an image, as a face detector tells it: by its box, by its eyes or by both.
 */
export interface FaceRegion {
  /** The face from the brows to the chin. Used where there are no landmarks. */
  readonly box?: Box | undefined;
  /** The eyes: the face is turned and scaled by them. Where they are given, the box is not looked at. */
  readonly landmarks?: FaceLandmarks | undefined;
}

/**
 * How much of the image around a face's box is taken, on each side, as a share of the box's longer side.
 */
export interface Margins {
  /** Above the box, on the side of the forehead. */
  readonly top: number;
  /** Right of the box. */
  readonly right: number;
  /** Below the box; a negative share leaves a strip of it out. */
  readonly bottom: number;
  /** Left of the box. */
  readonly left: number;
}

/**
 * A rectangle that may be turned: what is cut out of an image. {@link cropFrames} gives it.
 */
export interface CropFrame {
  /** Its middle, in pixels of the image. */
  readonly center: Point;
  /** Width in pixels of the image. */
  readonly width: number;
  /** Height in pixels of the image. */
  readonly height: number;
  /** How far it is turned clockwise, in radians, within a quarter turn. */
  readonly angle: number;
}

/**
 * Where the face is in FER2013's images, as shares of their width and height: medians over the 297 faces that MediaPipe's
 * short-range detector finds in 300 Training rows. The eyes and the box are in the middle of the width, within 0.001. Measured by `scripts/framing.mjs`.
 */
export const FER2013_FRAMING = Object.freeze({
  eyeRow: 0.392,
  eyeDistance: 0.368,
  boxSide: 0.837,
  boxCentreRow: 0.581,
});

const { eyeRow, eyeDistance, boxSide, boxCentreRow } = FER2013_FRAMING;
const BOX_TOP = boxCentreRow - boxSide / 2;
const SIDES = (1 - boxSide) / 2 / boxSide;

/**
 * The margins that make of a detector's box what FER2013 shows: more forehead, nothing more below the chin. Shares of the box's
 * longer side; `node scripts/framing.mjs` measured them.
 */
export const DEFAULT_MARGINS: Margins = Object.freeze({
  top: BOX_TOP / boxSide,
  right: SIDES,
  bottom: (1 - BOX_TOP - boxSide) / boxSide,
  left: SIDES,
});

/**
 * The part of an image that shows a face with its margins, in the shape that is wanted.
 *
 * @param margin Margins, or one for all sides.
 * @param size Height and width of the image that is made of it; only their ratio counts.
 * @param image Height and width of the image in pixels.
 * @throws {@link InputError} if the region is not valid or has no part in the image.
 */
export function frameOf(
  region: FaceRegion,
  { top, right, bottom, left }: Margins,
  [height, width]: readonly [height: number, width: number],
  image: readonly [height: number, width: number],
): CropFrame {
  const { box, landmarks } = region ?? {};
  const face = landmarks ? within('.landmarks', () => faceOfEyes(landmarks)) : within('.box', () => faceOfBox(box));
  if (!overlaps(face, image)) {
    const received = `one outside of its ${image[1]} × ${image[0]} pixels`;
    throw inputError('', 'a region with a part in the image', received, 'Coordinates are pixels, not shares.');
  }
  const longer = Math.max(face.width, face.height);
  const [spanX, spanY] = [face.width + (left + right) * longer, face.height + (top + bottom) * longer];
  const most = 64 * Math.max(...image);
  if (!(Math.max(spanX, spanY) <= most)) {
    const received = `${spanX} × ${spanY}`;
    throw inputError('', `a region of at most ${most} pixels a side with its margins`, received);
  }
  const scale = Math.max(spanX / width, spanY / height); // pixels of the image for one of the result
  const [dx, dy] = [((right - left) * longer) / 2, ((bottom - top) * longer) / 2];
  const [cos, sin] = [Math.cos(face.angle), Math.sin(face.angle)];
  const [x, y] = face.center;
  return {
    center: [x + cos * dx - sin * dy, y + sin * dx + cos * dy],
    width: scale * width,
    height: scale * height,
    angle: face.angle,
  };
}

/** One margin on every side. */
function marginsOf(margin: number): Margins {
  return { top: margin, right: margin, bottom: margin, left: margin };
}

const side = number({ min: -0.45, max: 10 });
const sides = object({ top: side, right: side, bottom: side, left: side } satisfies Schema<Margins>);

/** The option `margin`. */
export const parseMargin: Parser<Margins> = (where, margin) =>
  typeof margin === 'number' ? marginsOf(side(where, margin)) : sides(where, margin);

function faceOfBox(box: Box | undefined): CropFrame {
  if (typeof box !== 'object' || box === null) {
    throw inputError('', 'a box { x, y, width, height }, or landmarks', describe(box));
  }
  const { x, y, width, height } = box;
  checkNumber('.x', x);
  checkNumber('.y', y);
  checkNumber('.width', width, { min: Number.MIN_VALUE });
  checkNumber('.height', height, { min: Number.MIN_VALUE });
  return { center: [x + width / 2, y + height / 2], width, height, angle: 0 };
}

/** The box that the detector of {@link FER2013_FRAMING} draws around such eyes, turned as they are. */
function faceOfEyes(landmarks: FaceLandmarks): CropFrame {
  const [a, b] = [
    within('.leftEye', () => pointOf(landmarks.leftEye)),
    within('.rightEye', () => pointOf(landmarks.rightEye)),
  ];
  const [left, right] = a[0] <= b[0] ? [a, b] : [b, a];
  const [dx, dy] = [right[0] - left[0], right[1] - left[1]];
  const distance = Math.hypot(dx, dy);
  if (distance === 0) {
    throw inputError('', 'two eyes at different places', `both at ${describe([...left])}`);
  }
  const down = (boxCentreRow - eyeRow) / eyeDistance; // from the eyes to the middle of the box, in eye distances
  const side = (distance * boxSide) / eyeDistance;
  const center: Point = [(left[0] + right[0]) / 2 - down * dy, (left[1] + right[1]) / 2 + down * dx];
  return { center, width: side, height: side, angle: Math.atan2(dy, dx) };
}

function pointOf(point: unknown): Point {
  if (!Array.isArray(point) || point.length < 2) {
    throw inputError('', 'a point [x, y]', describe(point));
  }
  checkNumber('[0]', point[0]);
  checkNumber('[1]', point[1]);
  return [point[0], point[1]];
}

/** Whether the rectangle around a face, upright or turned, has a part in the image. */
function overlaps(face: CropFrame, [height, width]: readonly [height: number, width: number]): boolean {
  const [x, y] = face.center;
  const [halfX, halfY] = halfExtent(face);
  return x + halfX > 0 && x - halfX < width && y + halfY > 0 && y - halfY < height;
}

/** Half the width and height of the upright rectangle around a frame. */
export function halfExtent({ width, height, angle }: CropFrame): Point {
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  return [(cos * width + sin * height) / 2, (sin * width + cos * height) / 2];
}
