import { describe, expect, it } from 'vitest';
import { createAugmentation, type AugmentOptions } from '../../../src/data/augment';
import { DAMAGE_NAMES, DAMAGES } from '../../../src/data/augment/kinds';
import { InputError } from '../../../src/errors';
import { Random } from '../../../src/random';
import { batchOf } from './support';

const SIDE = 12;
const RAMP = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (37 * i) % 256);
const batch = (size = 2) => batchOf(SIDE, ...Array.from({ length: size }, () => RAMP));
const run = (options: AugmentOptions, data = batch(), seed = 1) => {
  createAugmentation(options)(data, new Random(seed));
  return data.images;
};

describe.each(DAMAGE_NAMES)('damage: %s', (name) => {
  it('changes the fraction of images that its probability gives', () => {
    const images = run({ [name]: { probability: 0.25 } }, batch(400));
    const changed = Array.from({ length: 400 }, (_, i) =>
      RAMP.some((value, p) => images[i * RAMP.length + p] !== value),
    );
    expect(changed.filter(Boolean).length / 400).toBeCloseTo(0.25, 1);
    expect(run({ [name]: { probability: 0 } })).toEqual(batch().images);
  });

  it('depends on the seed alone, and stays within 0..255 from its weakest to its strongest', () => {
    for (const strength of [...DAMAGES[name].range, ...DAMAGES[name].limits]) {
      const options = { [name]: { probability: 1, range: [strength, strength] } };
      const images = run(options, batch(), 4);
      expect(images).toEqual(run(options, batch(), 4));
      expect(images.every((value) => value >= 0 && value <= 255)).toBe(true);
    }
  });

  it('does not change alpha, and treats each color channel like gray if it draws nothing per channel', () => {
    const gray = batch(1);
    const images = Float32Array.from({ length: 4 * RAMP.length }, (_, i) => (i % 4 === 3 ? 200 : RAMP[i >> 2]!));
    const options = { [name]: { probability: 1 } };
    const [one, four] = [run(options, gray), run(options, { ...batch(1), channels: 4, images })];
    expect(four.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 200)).toBe(true);
    expect(one).not.toEqual(RAMP);
    if (name !== 'noise') expect(four.filter((_, i) => i % 4 === 2)).toBeAllClose(one, { atol: 1e-3 });
  });

  it('refuses ranges that are out of its limits or reversed', () => {
    const [min, max] = DAMAGES[name].limits;
    for (const range of [[min - 1, max], [min, max + 1], [max, min], [min], [NaN, max], 5]) {
      const options = { [name]: { probability: 0.5, range } } as AugmentOptions;
      expect(() => createAugmentation(options)).toThrow(
        `createAugmentation: ${name}.range: expected [min, max] with ${min} ≤ min ≤ max ≤ ${max}, received `,
      );
    }
  });

  it('refuses other probabilities than 0..1 and unknown options', () => {
    for (const options of [{ probability: 1.5 }, {}, { probability: 0.5, strength: 3 }, 0.5]) {
      expect(() => createAugmentation({ [name]: options } as AugmentOptions)).toThrow(InputError);
    }
  });
});
