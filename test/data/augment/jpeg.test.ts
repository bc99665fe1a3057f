import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random';
import { damaged, mean } from './support';

const SIDE = 24;
const scene = (x: number, y: number) =>
  Math.round(128 + 60 * Math.sin(x / 3) * Math.cos(y / 4) + 40 * Math.sin((x * y) / 17));

/** A seed whose grid of blocks lies at the corner: the first two numbers are those of probability and strength. */
const AT_CORNER = Array.from({ length: 1000 }, (_, seed) => seed).find((seed) => {
  const random = new Random(seed);
  random.next();
  random.next();
  return random.integer(8) === 0 && random.integer(8) === 0;
})!;

describe('JPEG artifacts', () => {
  it.each([10, 20, 50, 90])('are those of libjpeg at quality %i', async (quality) => {
    const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => scene(i % SIDE, Math.floor(i / SIDE)));
    const file = await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
      .jpeg({ quality })
      .toBuffer();
    const decoded = await sharp(file).toColourspace('b-w').raw().toBuffer();
    const ours = damaged('jpeg', quality, SIDE, scene, AT_CORNER);
    const differences = [...ours].map((value, i) => Math.abs(value - decoded[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(quality === 10 ? 3 : 2); // libjpeg transforms in whole numbers
    expect(mean(differences)).toBeLessThan(0.5);
  });

  it('shift the grid of the blocks randomly', () => {
    const results = Array.from({ length: 5 }, (_, seed) => damaged('jpeg', 20, 13, scene, seed).join());
    expect(new Set(results).size).toBeGreaterThan(3);
  });

  it('keep a constant image within half a quantization step', () => {
    for (const value of damaged('jpeg', 20, 13, () => 100, 5)) expect(Math.abs(value - 100)).toBeLessThanOrEqual(3); // 40 / 8 / 2
  });
});
