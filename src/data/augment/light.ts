import type { Augmentation } from '../augment';
import type { Damage } from './damage';

/** Changes brightness by an offset, and contrast around the image's mean; the arguments are maximum changes, as fractions of 255 and 1. */
export function relight(brightness: number, contrast: number): Augmentation {
  return (batch, random) => {
    const { channels } = batch;
    const colors = Math.min(channels, 3); // not alpha, the fourth
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

/** Gamma: 255 (x / 255)^strength, with linear interpolation between integers. */
export const applyGamma: Damage = (picture, _, gamma) => {
  const table = Float32Array.from({ length: 257 }, (_, i) => 255 * (Math.min(i, 255) / 255) ** gamma);
  picture.forEach((value, i) => {
    const low = value | 0;
    picture[i] = table[low]! + (value - low) * (table[low + 1]! - table[low]!);
  });
};

/** Darkening: strength times x. */
export const dim: Damage = (picture, _, factor) => {
  picture.forEach((value, i) => (picture[i] = value * factor));
};

/** The excess of light on the bright side, as a fraction of what the dark side lacks. */
const EXCESS = 0.4;

/**
 * Side light from the left or right: x times a linear factor over the columns, from the strength at the dark edge to
 * 1 + 0.4 (1 - strength) at the bright one.
 */
export const lightFromSide: Damage = (picture, { width, channels }, dark, random) => {
  const bright = 1 + EXCESS * (1 - dark);
  const [left, right] = random.next() < 0.5 ? [dark, bright] : [bright, dark];
  const slope = (right - left) / Math.max(width - 1, 1);
  const row = width * channels;
  picture.forEach((value, i) => (picture[i] = value * (left + slope * Math.floor((i % row) / channels))));
};
