import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { preprocess, type Preprocessing } from '../image/preprocess';
import { inputError } from '../errors';
import { Random } from '../random';
import { checkList, describe } from '../validate';
import { base64OfBytes, bytesOfBase64 } from '../base64';

/**
 * What a model gave for a few images when its weights were stored. Holding later code to it, from the raw images and
 * from the network's input separately, shows whether the preprocessing or the model has drifted.
 */
export interface Golden {
  /** The images. */
  pictures: GoldenPicture[];
}

/**
 * An image, the input that the preprocessing made of it, and the model's output.
 */
export interface GoldenPicture {
  /** Height, width and channels of the image. */
  shape: [height: number, width: number, channels: number];
  /** Pixels in base64, one byte a value, row-major. */
  pixels: string;
  /** The model's input `[height, width, 1]` in base64, float32 little-endian, row-major. */
  input: string;
  /** The model's output, `[classes]`. */
  output: number[];
}

/** Shapes of the golden images: one that needs no resizing, one in color to be shrunk, one to be enlarged. */
const SHAPES: readonly GoldenPicture['shape'][] = [
  [48, 48, 1],
  [96, 72, 3],
  [32, 40, 1],
];

/**
 * Draws a few synthetic faces and records what a model makes of them.
 *
 * @param model The model as it will be loaded, with its weights quantized; borrowed.
 * @param seed Seed of the images. Default 1.
 * @returns The record, which JSON can hold; no tensors.
 * @throws `InputError` if the preprocessing is not right, or gives what the model does not take.
 */
export async function createGolden(model: tfl.LayersModel, preprocessing: Preprocessing, seed = 1): Promise<Golden> {
  checkTakes('createGolden', model, preprocessing);
  const pictures: GoldenPicture[] = [];
  for (const [index, shape] of SHAPES.entries()) {
    const pixels = drawFace(shape, new Random(seed, index));
    const [input, output] = await run(model, (images) => preprocess(images, preprocessing), [1, ...shape], pixels);
    const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    pictures.push({ shape, pixels: base64OfBytes(pixels), input: base64OfBytes(bytes), output: [...output] });
  }
  return { pictures };
}

/**
 * How far a model is from its record, as the largest difference of a probability.
 */
export interface GoldenDifference {
  /** From the stored input on: the model alone. */
  network: number;
  /** From the raw image on: preprocessing and model. */
  whole: number;
}

/**
 * Compares a model with its record.
 *
 * @param model The model; borrowed.
 * @returns The largest absolute differences over all images and classes, 0..1.
 * @throws `InputError` that names the image, if the record is damaged, or if the preprocessing gives what the model does not take.
 */
export async function compareGolden(
  model: tfl.LayersModel,
  preprocessing: Preprocessing,
  golden: Golden,
): Promise<GoldenDifference> {
  const difference: GoldenDifference = { network: 0, whole: 0 };
  checkTakes('compareGolden', model, preprocessing);
  const [height, width] = preprocessing.inputSize;
  checkGolden(golden, 4 * height * width);
  for (const { shape, pixels, input, output } of golden.pictures) {
    const stored = new Float32Array(bytesOfBase64(input));
    const [, network] = await run(model, (images) => images, [1, height, width, 1], stored);
    const raw = new Uint8Array(bytesOfBase64(pixels));
    const [, whole] = await run(model, (images) => preprocess(images, preprocessing), [1, ...shape], raw);
    difference.network = Math.max(difference.network, largestDifference(network, output));
    difference.whole = Math.max(difference.whole, largestDifference(whole, output));
  }
  return difference;
}

/** Throws unless a model takes what the preprocessing gives. */
function checkTakes(where: string, model: tfl.LayersModel, preprocessing: Preprocessing): void {
  const [, ...wanted] = model.inputs[0]!.shape;
  const size: unknown = preprocessing?.inputSize;
  const given = Array.isArray(size) ? [...(size as unknown[]), 1] : [];
  if (wanted.length === given.length && wanted.every((size, axis) => size === null || size === given[axis])) return;
  throw inputError(
    `${where}: preprocessing`,
    `one that gives the model's input [${wanted.join(', ')}]`,
    describe(size),
  );
}

/** Throws unless a record, which may come from a file, is whole. */
function checkGolden(golden: Golden, inputBytes: number): void {
  const where = 'compareGolden: golden';
  checkList(`${where}: images`, golden?.pictures);
  golden.pictures.forEach((picture: Partial<GoldenPicture> | null, i) => {
    const { shape, pixels, input, output } = picture ?? {};
    const at = `${where}: images[${i}]`;
    checkList(`${at}: shape`, shape);
    checkList(`${at}: output`, output);
    const size = shape.reduce<number>((product, length) => product * length, 1);
    if (shape.length === 3 && lengthOf(pixels) === size && lengthOf(input) === inputBytes) return;
    throw inputError(at, 'pixels and input as long as their shapes', 'others');
  });
}

/** The number of bytes that a base64 string has; NaN for anything else. */
function lengthOf(text: unknown): number {
  try {
    return bytesOfBase64(text as string).byteLength;
  } catch {
    return NaN;
  }
}

type Step = (images: tf.Tensor4D) => tf.Tensor4D;

/** The model's input and output for one image. */
async function run(
  model: tfl.LayersModel,
  prepare: Step,
  shape: [number, number, number, number],
  values: Uint8Array | Float32Array,
): Promise<[input: Float32Array, output: Float32Array]> {
  const tensors = tf.tidy(() => {
    const input = prepare(tf.tensor4d(Float32Array.from(values), shape));
    return [input, model.predict(input) as tf.Tensor];
  });
  try {
    return (await Promise.all(tensors.map((tensor) => tensor.data()))) as [Float32Array, Float32Array];
  } finally {
    tf.dispose(tensors);
  }
}

function largestDifference(a: Float32Array, b: readonly number[]): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

/** A simple face on a shaded ground: an ellipse with two eyes and a mouth, placed and shaded at random. */
function drawFace([height, width, channels]: GoldenPicture['shape'], random: Random): Uint8Array {
  const tone = random.uniform(150, 220);
  const mouth = random.uniform(-0.25, 0.25); // below 0 the corners hang
  const open = random.uniform(0.04, 0.12);
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0; i < pixels.length; i++) {
    const position = Math.floor(i / channels);
    const y = (2 * Math.floor(position / width) + 1) / height - 1; // -1..1
    const x = (2 * (position % width) + 1) / width - 1;
    let value = 60 + 40 * y + 30 * x;
    if ((x / 0.75) ** 2 + (y / 0.95) ** 2 < 1) value = tone - 40 * Math.abs(x);
    if ((Math.abs(x) - 0.32) ** 2 + (y + 0.25) ** 2 < 0.012) value = 30;
    if (Math.abs(x) < 0.4 && Math.abs(y - 0.5 + mouth * (x / 0.4) ** 2) < open) value = 50;
    pixels[i] = Math.round(value * (1 - 0.12 * (i % channels)) + random.uniform(0, 8));
  }
  return pixels;
}
