import type { Damage } from './damage';

const SIDE = 8;

/** The quantization table for luminance at quality 50: ITU-T T.81 (1992), table K.1. */
// prettier-ignore
const STEPS = [
  16, 11, 10, 16, 24, 40, 51, 61,
  12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77,
  24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];

/** The discrete cosine transform of eight values: row u is the wave of frequency u. */
const WAVES = Float32Array.from(
  { length: SIDE * SIDE },
  (_, i) =>
    (i < SIDE ? Math.SQRT1_2 : 1) *
    0.5 *
    Math.cos(((2 * (i % SIDE) + 1) * Math.floor(i / SIDE) * Math.PI) / (2 * SIDE)),
);
const WAVES_TRANSPOSED = WAVES.map((_, i) => WAVES[(i % SIDE) * SIDE + Math.floor(i / SIDE)]!);

/**
 * JPEG artifacts: quantizes the frequencies of blocks of 8 × 8; the strength is the quality 1..100, as libjpeg defines it. The grid of the
 * blocks is shifted randomly, as in a face cropped from a larger image. Each channel is treated as luminance.
 */
export const compress: Damage = (picture, { height, width, channels }, quality, random) => {
  const steps = stepsOf(quality);
  const [top, left] = [-random.integer(SIDE), -random.integer(SIDE)];
  const block = new Float32Array(SIDE * SIDE);
  for (let c = 0; c < channels; c++) {
    for (let y = top; y < height; y += SIDE) {
      for (let x = left; x < width; x += SIDE) {
        for (let i = 0; i < block.length; i++) {
          const row = Math.min(Math.max(y + (i >> 3), 0), height - 1);
          const column = Math.min(Math.max(x + (i & 7), 0), width - 1);
          block[i] = picture[(row * width + column) * channels + c]! - 128;
        }
        throughSteps(block, steps);
        for (let i = 0; i < block.length; i++) {
          const [row, column] = [y + (i >> 3), x + (i & 7)];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          picture[(row * width + column) * channels + c] = Math.round(block[i]! + 128);
        }
      }
    }
  }
};

/** The quantization table at a quality, as libjpeg computes it. */
function stepsOf(quality: number): readonly number[] {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return STEPS.map((step) => Math.min(Math.max(Math.floor((step * percent + 50) / 100), 1), 255));
}

/** Transforms a block, quantizes it and transforms it back, in place. */
function throughSteps(block: Float32Array, steps: readonly number[]): void {
  transform(block, WAVES);
  for (let i = 0; i < block.length; i++) block[i] = Math.round(block[i]! / steps[i]!) * steps[i]!;
  transform(block, WAVES_TRANSPOSED);
}

/** matrix · block · matrixᵀ, in place. */
function transform(block: Float32Array, matrix: Float32Array): void {
  const rows = new Float32Array(SIDE * SIDE);
  multiplyTransposed(block, matrix, rows);
  multiplyTransposed(rows, matrix, block);
}

/** (a · bᵀ)ᵀ into `result`. */
function multiplyTransposed(a: Float32Array, b: Float32Array, result: Float32Array): void {
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      let sum = 0;
      for (let k = 0; k < SIDE; k++) sum += a[i * SIDE + k]! * b[j * SIDE + k]!;
      result[j * SIDE + i] = sum;
    }
  }
}
