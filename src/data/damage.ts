import type { Random } from '../random';
import type { Augmentation } from './augment';
import type { Batch } from './batches';

/** What happens to a camera's image: damages that a model should not mind. Each picks its images by its probability. */
export interface DamageOptions {
  /** Share of the images, 0..1. */
  probability: number;
  /** Bounds of the strength, which is drawn evenly. */
  range?: readonly [min: number, max: number];
}

/** Changes one image, [height, width, channels] 0..255, in place; alpha is left alone. */
type Damage = (image: Float32Array, shape: Batch, strength: number, random: Random) => void;

/** An augmentation that damages some images of a batch. */
export function damaging(options: DamageOptions, range: readonly [number, number], damage: Damage): Augmentation {
  const { probability, range: [min, max] = range } = options;
  return (batch, random) => {
    const length = batch.images.length / batch.size;
    for (let i = 0; i < batch.size; i++) {
      if (random.next() >= probability) continue;
      damage(batch.images.subarray(i * length, (i + 1) * length), batch, random.uniform(min, max), random);
    }
  };
}

const clip = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value);

/** Calls back for each value that is no alpha. */
function eachValue(image: Float32Array, { channels }: Batch, change: (value: number) => number): void {
  const colors = Math.min(channels, 3);
  for (let p = 0; p < image.length; p += channels) {
    for (let c = p; c < p + colors; c++) image[c] = clip(change(image[c]!));
  }
}

/** Sensor noise: normal, independent for each value; the strength is its standard deviation of 255. */
export const addNoise: Damage = (image, shape, sigma, random) =>
  eachValue(image, shape, (value) => value + sigma * random.normal());

/** Gamma: 255 (x / 255)^strength, by a table. */
export const applyGamma: Damage = (image, shape, gamma) => {
  const table = Float32Array.from({ length: 257 }, (_, i) => 255 * (Math.min(i, 255) / 255) ** gamma);
  eachValue(image, shape, (value) => {
    const low = value | 0;
    return table[low]! + (value - low) * (table[low + 1]! - table[low]!);
  });
};

/** Too little light: strength times x. */
export const dim: Damage = (image, shape, factor) => eachValue(image, shape, (value) => value * factor);

/** Gaussian blur of that standard deviation in pixels, edges mirrored; two passes. */
export const blur: Damage = (image, { height, width, channels }, sigma) => {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((a, b) => a + b);
  weights.forEach((weight, i) => (weights[i] = weight / sum));
  pass(image, height, width * channels, width, channels, weights); // columns
  pass(image, width, channels, height, width * channels, weights); // rows
};

/** Convolves lines of `length` values that are `step` apart. */
function pass(
  image: Float32Array,
  length: number,
  step: number,
  lines: number,
  lineStep: number,
  weights: Float32Array,
): void {
  const radius = (weights.length - 1) / 2;
  const channels = Math.min(step, lineStep);
  const line = new Float32Array(length + 2 * radius);
  for (let l = 0; l < lines; l++) {
    for (let c = 0; c < channels; c++) {
      const start = l * lineStep + c;
      for (let i = -radius; i < length + radius; i++) {
        let j = i;
        while (j < 0 || j >= length) j = j < 0 ? -1 - j : 2 * length - 1 - j;
        line[i + radius] = image[start + j * step]!;
      }
      for (let i = 0; i < length; i++) {
        let value = 0;
        for (let k = 0; k < weights.length; k++) value += weights[k]! * line[i + k]!;
        image[start + i * step] = value;
      }
    }
  }
}

/** Few pixels: down to that share of the size by area, and linearly up again. */
export const shrink: Damage = (image, { height, width, channels }, share) => {
  const rows = Math.max(2, Math.round(height * share));
  const columns = Math.max(2, Math.round(width * share));
  let values = resample(image, height, width, channels, areas(width, columns)); // [height, columns, channels]
  values = resample(values, 1, height, columns * channels, areas(height, rows)); // [rows, columns, channels]
  values = resample(values, 1, rows, columns * channels, linear(rows, height)); // [height, columns, channels]
  image.set(resample(values, height, columns, channels, linear(columns, width)));
};

/** For each new position of an axis the first old one that it takes from, and the weights of that and the next ones. */
type Taps = readonly { readonly first: number; readonly weights: readonly number[] }[];

/** Brings the middle axis of [outer, length, inner] to the positions of the taps. */
function resample(values: Float32Array, outer: number, length: number, inner: number, taps: Taps): Float32Array {
  const result = new Float32Array(outer * taps.length * inner);
  for (let o = 0; o < outer; o++) {
    taps.forEach(({ first, weights }, t) => {
      const to = (o * taps.length + t) * inner;
      for (let k = 0; k < weights.length; k++) {
        const from = (o * length + first + k) * inner;
        const weight = weights[k]!;
        for (let i = 0; i < inner; i++) result[to + i]! += weight * values[from + i]!;
      }
    });
  }
  return result;
}

/** The mean over the area that each new pixel covers. */
function areas(from: number, to: number): Taps {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * scale, Math.min((i + 1) * scale, from)];
    const first = Math.floor(start);
    const count = Math.ceil(end - 1e-9) - first;
    const weights = Array.from(
      { length: count },
      (_, k) => (Math.min(first + k + 1, end) - Math.max(first + k, start)) / scale,
    );
    return { first, weights };
  });
}

/** Linear interpolation between the centers of pixels; edges are repeated. */
function linear(from: number, to: number): Taps {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.min(Math.floor(at), from - 2);
    return { first, weights: [1 - (at - first), at - first] };
  });
}
