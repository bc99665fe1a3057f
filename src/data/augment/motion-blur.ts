import { sampleAffine } from './affine';
import type { Damage } from './damage';

/** The number of samples per pixel of the path. */
const DENSITY = 2;

/**
 * Motion blur: averages the image along a straight path in a random direction, bilinearly, with repeated edges; the strength is the length
 * of the path in pixels.
 */
export const smear: Damage = (picture, { height, width, channels }, length, random) => {
  const angle = Math.PI * random.next();
  const steps = Math.ceil(DENSITY * length);
  const source = picture.slice();
  const moved = new Float32Array(picture.length);
  picture.fill(0);
  for (let step = 0; step <= steps; step++) {
    const at = length * (step / steps - 0.5);
    sampleAffine(source, moved, height, width, channels, [1, 0, at * Math.cos(angle), 0, 1, at * Math.sin(angle)]);
    for (let i = 0; i < picture.length; i++) picture[i]! += moved[i]! / (steps + 1);
  }
};
