import type { Damage } from './damage';

/** Downsamples to a fraction of the size, the strength, by area averaging, and upsamples bilinearly. */
export const shrink: Damage = (picture, { height, width, channels }, share) => {
  const rows = Math.max(2, Math.round(height * share));
  const columns = Math.max(2, Math.round(width * share));
  let values = resample(picture, height, width, channels, areas(width, columns)); // [height, columns, channels]
  values = resample(values, 1, height, columns * channels, areas(height, rows)); // [rows, columns, channels]
  values = resample(values, 1, rows, columns * channels, linear(rows, height)); // [height, columns, channels]
  picture.set(resample(values, height, columns, channels, linear(columns, width)));
};

/** For each new position along an axis: the first source position, and the weights of this and the following ones. */
type Taps = readonly { readonly first: number; readonly weights: readonly number[] }[];

/** Resamples the middle axis of [outer, length, inner]. */
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

/** Averages over the area of each new pixel. */
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

/** Interpolates linearly between pixel centers; edges are repeated. */
function linear(from: number, to: number): Taps {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.min(Math.floor(at), from - 2);
    return { first, weights: [1 - (at - first), at - first] };
  });
}
