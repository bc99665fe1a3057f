import { describe, expect, it } from 'vitest';
import { createAugmentation } from '../../src/data/augment';
import type { Batch } from '../../src/data/batches';
import { InputError } from '../../src/errors';
import { Random } from '../../src/random';

const SIDE = 8;
const PIXELS = SIDE * SIDE;

/** Two images: a ramp from left to right, and a constant one. */
function batch(): Batch {
  const ramp = Array.from({ length: PIXELS }, (_, i) => 20 * (i % SIDE));
  const images = Float32Array.from([...ramp, ...ramp.map(() => 100)]);
  const targets = Float32Array.from([1, 0, 0, 1]);
  return { images, targets, sampleWeights: undefined, size: 2, height: SIDE, width: SIDE, channels: 1, numClasses: 2 };
}

function augmented(options: Parameters<typeof createAugmentation>[0], seed = 1): Batch {
  const result = batch();
  createAugmentation(options)(result, new Random(seed));
  return result;
}

const ramp = () => batch().images.slice(0, PIXELS);

describe('augmentation', () => {
  it('does nothing without options', () => {
    expect(augmented({}).images).toEqual(batch().images);
  });

  it('flips from left to right', () => {
    const flipped = ramp().map((_, i) => 20 * (SIDE - 1 - (i % SIDE)));
    expect(augmented({ flip: 1 }).images.subarray(0, PIXELS)).toBeAllClose(flipped, { atol: 1e-4 });
  });

  it('flips about as often as asked', () => {
    const flips = Array.from({ length: 400 }, (_, seed) => augmented({ flip: 0.25 }, seed).images[0]! > 0);
    expect(flips.filter(Boolean).length / 400).toBeCloseTo(0.25, 1);
  });

  it('shifts by up to the share of the size and repeats the edge', () => {
    const shifts = Array.from({ length: 50 }, (_, seed) => augmented({ affine: { shift: 0.25 } }, seed).images);
    const middle = shifts.map((images) => (images[3 * SIDE + 3]! - 60) / 20); // pixels to the right
    expect(Math.max(...middle)).toBeLessThanOrEqual(2 + 1e-4);
    expect(Math.max(...middle)).toBeGreaterThan(1.5);
    expect(Math.min(...middle)).toBeLessThan(-1.5);
    expect(shifts.every((images) => images[0]! >= 0 && images[7]! <= 140)).toBe(true);
  });

  it('rotates and scales about the center, and leaves a constant image as it is', () => {
    const { images } = augmented({ affine: { rotate: 90, scale: 0.5 } }, 5);
    expect(images.subarray(0, PIXELS)).not.toEqual(ramp());
    expect(images.subarray(PIXELS)).toBeAllClose(new Float32Array(PIXELS).fill(100), { atol: 1e-3 });
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(images.subarray(0, PIXELS))).toBeCloseTo(70, 0); // the ramp is symmetric about the center
  });

  it('changes brightness by an offset and contrast about the mean, within 0..255', () => {
    const bright = augmented({ brightness: 0.2 }).images;
    const offset = bright[PIXELS]! - 100;
    expect(Math.abs(offset)).toBeGreaterThan(0.1);
    expect(Math.abs(offset)).toBeLessThanOrEqual(51);
    const { images } = augmented({ contrast: 0.5 }, 2);
    expect(images.subarray(PIXELS)).toBeAllClose(new Float32Array(PIXELS).fill(100), { rtol: 1e-4 });
    expect(images.subarray(0, PIXELS)).not.toEqual(ramp());
    const extreme = augmented({ brightness: 1, contrast: 1 }, 3).images;
    expect(extreme.every((value) => value >= 0 && value <= 255)).toBe(true);
  });

  it('erases a rectangle of the area asked for with one gray', () => {
    const { images } = augmented({ erase: { probability: 1, area: [0.25, 0.25] } });
    const changed = [...images.subarray(PIXELS)].filter((value) => value !== 100);
    expect(changed.length).toBeGreaterThanOrEqual(12);
    expect(changed.length).toBeLessThanOrEqual(20);
    expect(new Set(changed).size).toBe(1);
  });

  it('mixes images and targets by the same share', () => {
    const results = Array.from({ length: 20 }, (_, seed) => augmented({ mixup: 0.4 }, seed));
    const shares = results.map(({ images, targets }) => [(images[PIXELS - 1]! - 140) / (100 - 140), targets[1]!]);
    shares.forEach(([picture, target]) => expect(picture).toBeCloseTo(target!, 4));
    expect(shares.some(([share]) => share! > 0.01 && share! < 0.99)).toBe(true);
  });

  it('depends on the seed alone', () => {
    const options = { flip: 0.5, affine: { rotate: 10, scale: 0.1, shift: 0.1 }, contrast: 0.2, mixup: 0.3 };
    expect(augmented(options, 7)).toEqual(augmented(options, 7));
    expect(augmented(options, 7)).not.toEqual(augmented(options, 8));
  });

  it('works on each channel of color images alike', () => {
    const gray = batch();
    const colour = { ...batch(), channels: 3, images: Float32Array.from(gray.images, (_, i) => i).fill(0) } as Batch;
    colour.images = Float32Array.from({ length: 3 * gray.images.length }, (_, i) => gray.images[Math.floor(i / 3)]!);
    const augment = createAugmentation({ flip: 0.5, affine: { rotate: 20, shift: 0.1 } });
    augment(gray, new Random(4));
    augment(colour, new Random(4));
    expect(colour.images.filter((_, i) => i % 3 === 2)).toBeAllClose(gray.images);
  });

  it.each([{ brightness: 0.3 }, { contrast: 0.5 }, { erase: { probability: 1 } }])(
    'leaves the alpha of images alone: %j',
    (options) => {
      const gray = batch();
      const images = Float32Array.from({ length: 4 * gray.images.length }, (_, i) =>
        i % 4 === 3 ? 200 : gray.images[Math.floor(i / 4)]!,
      );
      const clear: Batch = { ...batch(), channels: 4, images };
      const augment = createAugmentation(options);
      augment(gray, new Random(4));
      augment(clear, new Random(4));
      expect(gray.images).not.toEqual(batch().images);
      expect(images.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 200)).toBe(true);
      expect(images.filter((_, i) => i % 4 === 2)).toBeAllClose(gray.images);
    },
  );

  it.each([
    { flip: 1.1 },
    { affine: { rotate: 200 } },
    { affine: { turn: 3 } as never },
    { brightness: -0.1 },
    { contrast: NaN },
    { erase: { probability: 2 } },
    { erase: { probability: 0.5, area: [0.5, 0.1] as const } },
    { mixup: -1 },
    { rotate: 3 } as never,
  ])('refuses options out of range (%#)', (options) => {
    expect(() => createAugmentation(options)).toThrow(InputError);
  });
});
