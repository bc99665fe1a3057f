import type { Damage } from './damage';

/** Sensor noise: normal, independent for each value; the strength is its standard deviation, of 255. */
export const addNoise: Damage = (picture, { channels }, sigma, random) => {
  const colors = Math.min(channels, 3);
  for (let p = 0; p < picture.length; p += channels) {
    for (let c = p; c < p + colors; c++) picture[c]! += sigma * random.normal();
  }
};
