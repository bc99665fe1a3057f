import { base64OfBytes, bytesOfBase64 } from '../base64';
import { classNamesFrom } from '../class-names';
import { WeightsError, weightsError } from '../errors';
import { arrayOf, integer, like, number, object, oneOf, optional, stored, text } from '../schema';
import { hash } from '../storage/sha256';
import { describe } from '../validate';
import type { BaseIdentity } from './base';
import type { Sample } from './types';

/** Everything that a teacher knows. */
export interface TeacherState {
  readonly base: BaseIdentity;
  readonly keep: 'vectors' | 'images';
  readonly classNames: readonly string[];
  readonly samples: readonly Sample[];
}

interface Stored {
  format: 'fer-cnn/teach';
  formatVersion: 1;
  base: BaseIdentity;
  keep: 'vectors' | 'images';
  classNames: string[];
  /** Number, index of the class and take of each sample. */
  ids: number[];
  labels: number[];
  takes: number[];
  /** Float32, little-endian, in base64: one vector after another. */
  vectors: string;
  /** Height, width and channels of the images, and their bytes in base64; empty without images. */
  imageShape: number[];
  images: string;
}

const positive = integer({ min: 1 });
const numbers = (parse = positive) => arrayOf('an array of integers', parse);
const anyText = like('a string', /^/); // text is not empty

const check = stored(
  object({
    format: oneOf(['fer-cnn/teach']),
    formatVersion: oneOf([1]),
    base: object({
      name: text,
      sha256: hash,
      size: positive,
      inputSize: arrayOf('height and width', positive, { min: 2, max: 2 }),
      probe: optional(arrayOf('an array of numbers', number())),
    }),
    keep: oneOf(['vectors', 'images']),
    classNames: classNamesFrom(0),
    ids: numbers(),
    labels: numbers(integer({ min: 0 })),
    takes: numbers(),
    vectors: anyText,
    imageShape: arrayOf('at most three integers', positive, { max: 3 }),
    images: anyText,
    checksum: like('8 hexadecimal digits', /^[0-9a-f]{8}$/),
  }),
);

/** Writes the state as JSON, with a checksum. */
export function encodeState({ base, keep, classNames, samples }: TeacherState): string {
  const vectors = new Uint8Array(samples.length * base.size * 4);
  const view = new DataView(vectors.buffer);
  samples.forEach(({ vector }, n) =>
    vector.forEach((value, i) => view.setFloat32(4 * (n * base.size + i), value, true)),
  );
  const image = samples[0]?.image;
  const imageShape = image ? [image.height, image.width, image.channels ?? 1] : [];
  const length = imageShape.reduce((product, side) => product * side, image ? 1 : 0);
  const images = new Uint8Array(samples.length * length);
  samples.forEach((sample, n) => sample.image && images.set(sample.image.data, n * length));
  const stored: Stored = {
    format: 'fer-cnn/teach',
    formatVersion: 1,
    base,
    keep,
    classNames: [...classNames],
    ids: samples.map(({ id }) => id),
    labels: samples.map(({ label }) => classNames.indexOf(label)),
    takes: samples.map(({ take }) => take),
    vectors: base64OfBytes(vectors),
    imageShape,
    images: base64OfBytes(images),
  };
  return JSON.stringify({ ...stored, checksum: checksumOf(JSON.stringify(stored)) });
}

/**
 * Reads a state that {@link encodeState} wrote and that may come from anywhere.
 *
 * @throws {@link WeightsError} that names the key, if it is damaged.
 */
export function decodeState(where: string, serialized: string): TeacherState {
  const { checksum, ...stored } = parse(where, serialized);
  if (checksum !== checksumOf(JSON.stringify(stored))) {
    throw weightsError(where, `samples with the checksum ${checksum}`, 'damaged ones', 'Use another copy.');
  }
  const { base, keep, classNames, ids, labels, takes, imageShape } = stored;
  const count = ids.length;
  const expect = (key: string, expected: number, received: number) => {
    if (expected !== received) throw weightsError(`${where}: ${key}`, `${expected} values`, `${received}`);
  };
  expect('labels', count, labels.length);
  expect('takes', count, takes.length);
  const unknown = labels.find((label) => label >= classNames.length);
  if (unknown !== undefined) throw weightsError(`${where}: labels`, `labels below ${classNames.length}`, `${unknown}`);
  if (ids.some((id, i) => i > 0 && id <= ids[i - 1]!))
    throw weightsError(`${where}: ids`, 'ascending numbers', 'others');
  const vectors = bytesIn(`${where}: vectors`, stored.vectors);
  expect('vectors', count * base.size * 4, vectors.byteLength);
  const [height = 0, width = 0, channels = 0] = imageShape;
  const length = height * width * channels;
  if (count > 0 && keep === 'images' && !(length > 0 && [1, 3].includes(channels))) {
    throw weightsError(`${where}: imageShape`, 'height, width and 1 or 3 channels', `[${imageShape.join(', ')}]`);
  }
  const images = bytesIn(`${where}: images`, stored.images);
  expect('images', keep === 'images' ? count * length : 0, images.byteLength);
  const view = new DataView(vectors);
  const samples = ids.map((id, n): Sample => {
    const vector = Float32Array.from({ length: base.size }, (_, i) => view.getFloat32(4 * (n * base.size + i), true));
    if (!vector.every(Number.isFinite)) throw weightsError(`${where}: vectors`, 'finite numbers', 'others');
    const sample = { id, label: classNames[labels[n]!]!, take: takes[n]!, vector };
    if (keep === 'vectors') return sample;
    const data = new Uint8Array(images.slice(n * length, (n + 1) * length));
    return { ...sample, image: { data, width, height, channels: channels as 1 | 3 } };
  });
  return { base, keep, classNames, samples };
}

function parse(where: string, serialized: string): Stored & { checksum: string } {
  let value: unknown;
  try {
    value = JSON.parse(serialized);
  } catch (cause) {
    const expected = 'the string that serialize() of a teacher gave';
    throw new WeightsError({ where, expected, received: `${describe(serialized)}, which is not JSON`, cause });
  }
  check(where, value);
  return value as Stored & { checksum: string };
}

function bytesIn(where: string, base64: string): ArrayBuffer {
  try {
    return bytesOfBase64(base64);
  } catch (cause) {
    throw new WeightsError({ where, expected: 'base64', received: 'a string that is not', cause });
  }
}

/** FNV-1a with 32 bits: any single changed character changes it. Source: Fowler, Noll and Vo, RFC 9923. */
function checksumOf(value: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
