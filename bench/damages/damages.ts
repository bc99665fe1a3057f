import type { Random } from 'fer-cnn';
import sharp from 'sharp';
import { blur, lowResolution } from './filters';
import { affine, rotate, SIDE, zoom, type Picture } from './geometry';

/** A kind of damage in three strengths, the weakest first. */
export interface Damage {
  name: string;
  strengths: readonly [weak: number, middle: number, strong: number];
  /** A strength in words. */
  label: (strength: number) => string;
  /** The damaged picture, in double precision and before it is rounded to bytes; the random numbers are this picture's own. */
  apply: (picture: Picture, strength: number, random: Random) => Picture | Promise<Picture>;
}

const sign = (random: Random) => (random.next() < 0.5 ? -1 : 1);

/** How bright the other side is where one has that share of its light. */
const BRIGHT_SIDE = new Map([
  [0.65, 1.15],
  [0.35, 1.25],
  [0.15, 1.35],
]);

/** What happens to pictures of faces: where the face is cut out, camera, light, file, and things before it. */
export const DAMAGES: readonly Damage[] = [
  {
    name: 'shift',
    strengths: [2, 4, 8],
    label: (pixels) => `${pixels} px`,
    apply: (picture, pixels, random) => affine(picture, [1, 0, pixels * sign(random), 0, 1, pixels * sign(random)]),
  },
  {
    name: 'zoom out',
    strengths: [0.9, 0.8, 0.65],
    label: (factor) => `${factor}`,
    apply: zoom,
  },
  {
    name: 'zoom in',
    strengths: [1.1, 1.2, 1.4],
    label: (factor) => `${factor}`,
    apply: zoom,
  },
  {
    name: 'rotation',
    strengths: [7, 15, 30],
    label: (degrees) => `±${degrees}°`,
    apply: (picture, degrees, random) => rotate(picture, degrees * sign(random)),
  },
  {
    name: 'noise',
    strengths: [7, 15, 30],
    label: (sigma) => `σ ${sigma}`,
    apply: (picture, sigma, random) => picture.map((value) => value + sigma * random.normal()),
  },
  {
    name: 'blur',
    strengths: [0.8, 1.2, 2],
    label: (sigma) => `σ ${sigma} px`,
    apply: blur,
  },
  {
    name: 'contrast',
    strengths: [0.6, 0.4, 0.2],
    label: (factor) => `${factor}`,
    apply(picture, factor) {
      const mean = picture.reduce((sum, value) => sum + value, 0) / picture.length;
      return picture.map((value) => mean + factor * (value - mean));
    },
  },
  {
    name: 'brightness',
    strengths: [0.6, 0.35, 0.2],
    label: (factor) => `${factor}`,
    apply: (picture, factor) => picture.map((value) => factor * value),
  },
  {
    name: 'gamma',
    strengths: [1.5, 2.2, 3],
    label: (gamma) => `${gamma}`,
    apply: (picture, gamma) => picture.map((value) => 255 * (value / 255) ** gamma),
  },
  {
    name: 'JPEG',
    strengths: [40, 20, 10],
    label: (quality) => `quality ${quality}`,
    async apply(picture, quality) {
      const file = await sharp(Uint8Array.from(picture), { raw: { width: SIDE, height: SIDE, channels: 1 } })
        .jpeg({ quality, mozjpeg: false })
        .toBuffer();
      return Float64Array.from(await sharp(file).toColourspace('b-w').raw().toBuffer());
    },
  },
  {
    name: 'low resolution',
    strengths: [28, 20, 14],
    label: (side) => `${side} px`,
    apply: lowResolution,
  },
  {
    name: 'occlusion',
    strengths: [8, 12, 20],
    label: (side) => `${side} × ${side}`,
    apply(picture, side, random) {
      const [left, top] = [random.integer(SIDE - side), random.integer(SIDE - side)];
      const hidden = (x: number, y: number) => x >= left && x < left + side && y >= top && y < top + side;
      return picture.map((value, i) => (hidden(i % SIDE, Math.floor(i / SIDE)) ? 128 : value));
    },
  },
  {
    name: 'side light',
    strengths: [0.65, 0.35, 0.15],
    label: (dark) => `${dark} to ${BRIGHT_SIDE.get(dark)}`,
    apply(picture, dark, random) {
      const bright = BRIGHT_SIDE.get(dark)!;
      const fromRight = random.next() < 0.5;
      return picture.map((value, i) => {
        const column = fromRight ? i % SIDE : SIDE - 1 - (i % SIDE);
        return value * (dark + ((bright - dark) * column) / (SIDE - 1));
      });
    },
  },
];
