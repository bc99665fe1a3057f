import type { Classifier } from '../classify/classifier';
import type { PixelData } from '../image/pixels';

/** What identifies the model whose vectors a teacher keeps. */
export interface BaseIdentity {
  /** The name on its card. */
  readonly name: string;
  /** The length of its vectors. */
  readonly size: number;
  /** Height and width of its input. */
  readonly inputSize: readonly number[];
  /** The SHA-256 of its weights, if its card says it: that of a stored model does. */
  readonly sha256?: string;
  /** Its vector of a fixed test image, for a base that was not stored yet. */
  readonly probe?: readonly number[];
}

/** How much two vectors of the test image may differ on two backends, as a share of the largest number. */
const TOLERANCE = 1e-3;

/** Identifies a base: by the hash on its card, if it has one, and by its vector of a test image. */
export async function identityOf(classifier: Classifier): Promise<BaseIdentity> {
  const { name, preprocessing, weights } = classifier.card;
  const vector = await classifier.embed(testImage(preprocessing.inputSize));
  const { sha256 } = weights ?? {};
  const probe = Array.from(vector, (value) => Number(value.toPrecision(6)));
  return { name, size: vector.length, inputSize: [...preprocessing.inputSize], ...(sha256 && { sha256 }), probe };
}

/** Whether two identities are of the same base: by their hashes, or by their vectors if one has no hash. */
export function isSameBase(a: BaseIdentity, b: BaseIdentity): boolean {
  if (a.size !== b.size) return false;
  const hashes = [a.sha256, b.sha256].filter((hash) => hash !== undefined);
  if (hashes.length === 2) return hashes[0] === hashes[1];
  if (hashes.length === 0 && a.name !== b.name) return false; // storing may name it
  if (`${a.inputSize}` !== `${b.inputSize}`) return false;
  const [one, two] = [a.probe ?? [], b.probe ?? []];
  const largest = Math.max(...one.map(Math.abs));
  return one.length === two.length && one.every((value, i) => Math.abs(value - two[i]!) <= TOLERANCE * largest);
}

/** Bright and dark spots of several sizes, the same on every machine. */
function testImage([height, width]: readonly [number, number]): PixelData {
  const data = Uint8Array.from({ length: height * width }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return (31 * x + 17 * y + x * y) % 256;
  });
  return { data, width, height, channels: 1 };
}
