import { SIDE, type Picture } from './geometry';

/** For each position of the result, the positions of the source it is made of and their weights. */
type Taps = readonly (readonly { at: number; weight: number }[])[];

/** Gaussian blur of that standard deviation, over 4 of them, edges mirrored. */
export function blur(picture: Picture, sigma: number): Picture {
  const radius = Math.ceil(4 * sigma);
  const offsets = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);
  const sum = offsets.reduce((total, k) => total + Math.exp(-(k * k) / (2 * sigma * sigma)), 0);
  const mirror = (i: number): number => (i < 0 ? mirror(-1 - i) : i >= SIDE ? mirror(2 * SIDE - 1 - i) : i);
  const taps = Array.from({ length: SIDE }, (_, i) =>
    offsets.map((k) => ({ at: mirror(i + k), weight: Math.exp(-(k * k) / (2 * sigma * sigma)) / sum })),
  );
  return inBothDirections(picture, taps);
}

/** Down to that many pixels a side by means of areas, and bilinearly up again. */
export function lowResolution(picture: Picture, side: number): Picture {
  const scale = SIDE / side;
  const down = Array.from({ length: side }, (_, i) => {
    const [start, end] = [i * scale, (i + 1) * scale];
    return Array.from({ length: SIDE }, (_, at) => ({
      at,
      weight: Math.max(0, Math.min(at + 1, end) - Math.max(at, start)) / scale,
    })).filter(({ weight }) => weight > 0);
  });
  const up = Array.from({ length: SIDE }, (_, i) => {
    const position = Math.min(Math.max((i + 0.5) / scale - 0.5, 0), side - 1);
    const first = Math.min(Math.floor(position), side - 2);
    const share = position - first;
    return [
      ...down[first]!.map(({ at, weight }) => ({ at, weight: weight * (1 - share) })),
      ...down[first + 1]!.map(({ at, weight }) => ({ at, weight: weight * share })),
    ];
  });
  return inBothDirections(picture, up);
}

function inBothDirections(picture: Picture, taps: Taps): Picture {
  return alongRows(transpose(alongRows(transpose(picture), taps)), taps);
}

function alongRows(picture: Picture, taps: Taps): Picture {
  return picture.map((_, i) => {
    const row = i - (i % SIDE);
    return taps[i % SIDE]!.reduce((sum, { at, weight }) => sum + weight * picture[row + at]!, 0);
  });
}

const transpose = (picture: Picture): Picture =>
  picture.map((_, i) => picture[(i % SIDE) * SIDE + Math.floor(i / SIDE)]!);
