import { within } from '../../src/errors';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { decodeFile } from '../../src/image/read';

/** A file that carries the sample photo. */
export interface Carrier {
  /** Name of the file. */
  name: string;
  /** Its bytes. */
  bytes: Uint8Array;
  /** Largest difference of any probability from that of the decoded photo: what the format loses. */
  tolerance: number;
}

/** The photo that every carrier shows, and where its face is. */
export const PHOTO = fileURLToPath(new URL('../../examples/pictures/astronaut.jpg', import.meta.url));
export const FACE = { box: { x: 162, y: 64, width: 124, height: 124 }, margin: 0 } as const;

/** Its eyes, as if the head were inclined more than it is, so that the crop is turned. */
export const EYES = { landmarks: { leftEye: [203, 108], rightEye: [245, 122] } } as const;

/** Difference that only the order of the additions makes. */
export const EXACT = 1e-5;

/** What a quality of about 90 may cost. */
const LOSSY = 0.01;

/** What a palette of 256 colours, or the inks of print, may cost. */
const COARSE = 0.02;

export interface Photo {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The decoded photo: RGB. */
export async function readPhoto(): Promise<Photo> {
  return (await within('readPhoto', () => decodeFile(PHOTO))) as Photo;
}

const raw = ({ data, width, height }: Photo): Sharp => sharp(data, { raw: { width, height, channels: 3 } });

// What EXIF 2.32 says of the tag Orientation: on which side of the shown picture the stored row 0 and column 0 lie.
const ORIENTATIONS: readonly (readonly [row0: string, column0: string])[] = [
  ['top', 'left'],
  ['top', 'right'],
  ['bottom', 'right'],
  ['bottom', 'left'],
  ['left', 'top'],
  ['right', 'top'],
  ['right', 'bottom'],
  ['left', 'bottom'],
];

/** The pixels that a camera stores under an orientation tag, 1..8, so that a viewer shows the photo. */
function stored({ data, width, height }: Photo, orientation: number): Photo {
  const [row0, column0] = ORIENTATIONS[orientation - 1]!;
  const sideways = row0 === 'left' || row0 === 'right';
  const [w, h] = sideways ? [height, width] : [width, height];
  const result = new Uint8Array(data.length);
  const along = (side: string, i: number) =>
    ({ top: ['y', i], bottom: ['y', height - 1 - i], left: ['x', i], right: ['x', width - 1 - i] })[side]!;
  for (let row = 0; row < h; row++) {
    for (let column = 0; column < w; column++) {
      const shown = Object.fromEntries([along(row0, row), along(column0, column)]) as { x: number; y: number };
      const from = 3 * (shown.y * width + shown.x);
      result.set(data.subarray(from, from + 3), 3 * (row * w + column));
    }
  }
  return { data: result, width: w, height: h };
}

/** The photo in every format and with every orientation that the documents speak of. */
export async function encodeAll(photo: Photo): Promise<Carrier[]> {
  const jpeg = { quality: 95, chromaSubsampling: '4:4:4' } as const;
  const two = [photo, { ...photo, data: photo.data.map((value) => 255 - value) }]; // the second frame is the negative
  const animated = sharp(await Promise.all(two.map((frame) => raw(frame).png().toBuffer())), {
    join: { animated: true },
  });
  const files: [name: string, encoded: Sharp, tolerance: number][] = [
    ['photo.png', raw(photo).png(), EXACT],
    ['alpha.png', raw(photo).ensureAlpha().png(), EXACT],
    ['sixteen-bit.png', raw(photo).toColourspace('rgb16').png(), EXACT],
    ['palette.png', raw(photo).png({ palette: true, colours: 256 }), COARSE],
    ['lossless.webp', raw(photo).webp({ lossless: true }), EXACT],
    ['animated.webp', animated.clone().webp({ lossless: true }), EXACT],
    ['lossy.webp', raw(photo).webp({ quality: 90 }), LOSSY],
    ['turned.png', raw(stored(photo, 6)).withMetadata({ orientation: 6 }).png(), EXACT],
    ['photo.gif', raw(photo).gif(), COARSE],
    ['animated.gif', animated.clone().gif(), COARSE],
    ['photo.avif', raw(photo).avif({ quality: 80, effort: 0 }), LOSSY],
    ['subsampled.jpg', raw(photo).jpeg({ quality: 90 }), LOSSY],
    ['cmyk.jpg', raw(photo).toColourspace('cmyk').withIccProfile('cmyk').jpeg(jpeg), COARSE],
    ...ORIENTATIONS.map((_, i): [string, Sharp, number] => {
      const turned = raw(stored(photo, i + 1)).withMetadata({ orientation: i + 1 });
      return [`orientation-${i + 1}.jpg`, turned.jpeg(jpeg), LOSSY];
    }),
  ];
  return Promise.all(
    files.map(async ([name, encoded, tolerance]) => ({ name, bytes: await encoded.toBuffer(), tolerance })),
  );
}

/** The largest difference of two lists. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}
