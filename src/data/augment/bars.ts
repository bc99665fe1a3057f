import type { Damage } from './damage';

/** Draws a vertical or horizontal bar of one random gray across the image; the strength is its fraction of the width or height. */
export const cover: Damage = (picture, { height, width, channels }, share, random) => {
  const upright = random.next() < 0.5;
  const [across, row] = [upright ? width : height, width * channels];
  const thickness = Math.round(share * across);
  const start = random.integer(across - thickness + 1);
  const gray = 255 * random.next();
  if (!upright) {
    picture.fill(gray, start * row, (start + thickness) * row);
    return;
  }
  for (let y = 0; y < height; y++) {
    picture.fill(gray, y * row + start * channels, y * row + (start + thickness) * channels);
  }
};
