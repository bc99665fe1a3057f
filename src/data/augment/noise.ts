import type { Damage } from './damage';

/** Gaussian noise, independent for each value; the strength is its standard deviation on the scale 0..255. */
export const addNoise: Damage = (picture, { channels }, sigma, random) => {
  const colors = Math.min(channels, 3);
  for (let p = 0; p < picture.length; p += channels) {
    for (let c = p; c < p + colors; c++) picture[c]! += sigma * random.normal();
  }
};
