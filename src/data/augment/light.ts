import type { Augmentation } from '../augment';
import type { Damage } from './damage';

/** Brightness by an offset and contrast about the picture's mean; both greatest changes, as fractions of 255 and of 1. */
export function relight(brightness: number, contrast: number): Augmentation {
  return (batch, random) => {
    const { channels } = batch;
    const colors = Math.min(channels, 3); // alpha, the fourth, is left alone
    const length = batch.images.length / batch.size;
    for (let i = 0; i < batch.size; i++) {
      const offset = 255 * random.uniform(-brightness, brightness);
      const factor = 1 + random.uniform(-contrast, contrast);
      const picture = batch.images.subarray(i * length, (i + 1) * length);
      let sum = 0;
      for (let p = 0; p < length; p += channels) for (let c = p; c < p + colors; c++) sum += picture[c]!;
      const constant = (sum / ((length / channels) * colors)) * (1 - factor) + offset;
      for (let p = 0; p < length; p += channels) {
        for (let c = p; c < p + colors; c++) picture[c] = Math.min(Math.max(picture[c]! * factor + constant, 0), 255);
      }
    }
  };
}

/** Gamma: 255 (x / 255)^strength, between whole values by a straight line. */
export const applyGamma: Damage = (picture, _, gamma) => {
  const table = Float32Array.from({ length: 257 }, (_, i) => 255 * (Math.min(i, 255) / 255) ** gamma);
  picture.forEach((value, i) => {
    const low = value | 0;
    picture[i] = table[low]! + (value - low) * (table[low + 1]! - table[low]!);
  });
};

/** Too little light: strength times x. */
export const dim: Damage = (picture, _, factor) => {
  picture.forEach((value, i) => (picture[i] = value * factor));
};

/** How much of what the dark side lacks the bright side has too much. */
const EXCESS = 0.4;

/**
 * Light from the left or from the right: x times a straight line over the columns, from the strength at the dark edge to
 * 1 + 0.4 (1 - strength) at the bright one.
 */
export const lightFromSide: Damage = (picture, { width, channels }, dark, random) => {
  const bright = 1 + EXCESS * (1 - dark);
  const [left, right] = random.next() < 0.5 ? [dark, bright] : [bright, dark];
  const slope = (right - left) / Math.max(width - 1, 1);
  const row = width * channels;
  picture.forEach((value, i) => (picture[i] = value * (left + slope * Math.floor((i % row) / channels))));
};
