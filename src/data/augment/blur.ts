import type { Damage } from './damage';

/** Gaussian blur, separable, with mirrored edges; the strength is its standard deviation in pixels. */
export const blur: Damage = (picture, { height, width, channels }, sigma) => {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((a, b) => a + b);
  weights.forEach((weight, i) => (weights[i] = weight / sum));
  const row = width * channels;
  for (let start = 0; start < row; start++) convolve(picture, start, height, row, weights);
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < channels; c++) convolve(picture, y * row + c, width, channels, weights);
  }
};

/** Convolves `length` values in place, which begin at `start` and are `step` apart. */
function convolve(values: Float32Array, start: number, length: number, step: number, weights: Float32Array): void {
  const radius = (weights.length - 1) / 2;
  const line = new Float32Array(length + 2 * radius);
  for (let i = -radius; i < length + radius; i++) {
    let j = i;
    while (j < 0 || j >= length) j = j < 0 ? -1 - j : 2 * length - 1 - j;
    line[i + radius] = values[start + j * step]!;
  }
  for (let i = 0; i < length; i++) {
    let value = 0;
    for (let k = 0; k < weights.length; k++) value += weights[k]! * line[i + k]!;
    values[start + i * step] = value;
  }
}
