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
  /** The SHA-256 of its weights, as its card says it. */
  readonly sha256?: string;
  /** Without a hash: its vector of a fixed test image. */
  readonly probe?: readonly number[];
}

/** How much two vectors of the test image may differ on two backends, as a share of the largest number. */
const TOLERANCE = 1e-3;

/** Identifies a base: by the hash on its card, or, if it has none, by its vector of a test image. */
export async function identityOf(classifier: Classifier): Promise<BaseIdentity> {
  const { name, preprocessing, weights } = classifier.card;
  const vector = await classifier.embed(testImage(preprocessing.inputSize));
  const { sha256 } = weights ?? {};
  const known = sha256 ? { sha256 } : { probe: Array.from(vector, (value) => Number(value.toPrecision(6))) };
  return { name, size: vector.length, inputSize: [...preprocessing.inputSize], ...known };
}

/** Whether two identities are of the same base. */
export function isSameBase(a: BaseIdentity, b: BaseIdentity): boolean {
  if (a.size !== b.size || a.sha256 !== b.sha256) return false;
  if (a.sha256 !== undefined) return true;
  if (a.name !== b.name || `${a.inputSize}` !== `${b.inputSize}`) return false;
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
