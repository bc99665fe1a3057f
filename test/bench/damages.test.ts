import { describe, expect, it } from 'vitest';
import { damageAll } from '../../bench/damages/damage-all';
import { DAMAGES } from '../../bench/damages/damages';
import { robustnessSvg } from '../../bench/damages/picture';
import { meanAccuracy, robustnessTable } from '../../bench/damages/table';

const SIDE = 48;
const picture = (value: (x: number, y: number) => number) =>
  Uint8Array.from({ length: SIDE * SIDE }, (_, i) => value(i % SIDE, Math.floor(i / SIDE)));
const columns = picture((x) => 5 * x);

async function damaged(name: string, images: Uint8Array, strength?: number, seed = 1) {
  const damage = DAMAGES.find((known) => known.name === name)!;
  return damageAll(images, damage, strength ?? damage.strengths[1], seed);
}

const row = (images: Uint8Array, y = 20) => [...images.subarray(y * SIDE, (y + 1) * SIDE)];

describe('the damages of the bench', () => {
  it('are thirteen, each in three strengths, and leave the pictures that they are given alone', async () => {
    expect(DAMAGES).toHaveLength(13);
    for (const { name } of DAMAGES) {
      const before = columns.slice();
      expect(await damaged(name, columns), name).not.toEqual(before);
      expect(columns).toEqual(before);
    }
  });

  it('depend on the seed alone, picture by picture', async () => {
    const two = Uint8Array.from([...columns, ...columns]);
    for (const name of ['shift', 'rotation', 'noise', 'occlusion', 'side light']) {
      const result = await damaged(name, two);
      expect(result).toEqual(await damaged(name, two));
      expect(result.subarray(0, SIDE * SIDE)).toEqual(await damaged(name, columns));
    }
    const noisy = await damaged('noise', two);
    expect(noisy.subarray(0, SIDE * SIDE)).not.toEqual(noisy.subarray(SIDE * SIDE));
    expect(noisy).not.toEqual(await damaged('noise', two, 15, 2));
  });

  it('shift by four pixels with the edge repeated', async () => {
    const moved = row(await damaged('shift', columns));
    const right = [0, 0, 0, 0, ...row(columns).slice(0, 44)];
    const left = [...row(columns).slice(4), 235, 235, 235, 235];
    expect([right, left]).toContainEqual(moved);
  });

  it('zoom about the center', async () => {
    const [out, closer] = [row(await damaged('zoom out', columns)), row(await damaged('zoom in', columns))];
    expect([out[0], out[4], out[43], out[47]]).toEqual([0, 0, 235, 235]); // 23.5 - 19.5 / 0.8 < 0
    expect(out[30]).toBe(158); // 5 (23.5 + 6.5 / 0.8) = 158.1
    expect(closer[30]).toBe(145); // 5 (23.5 + 6.5 / 1.2) = 144.6
  });

  it('turn by 15 degrees about the center', async () => {
    const line = row(await damaged('rotation', columns), 23); // half a pixel above the center
    expect(Math.abs(line[40]! - 5 * (23.5 + 16.5 * Math.cos(Math.PI / 12)))).toBeLessThan(1.2); // ± 5 · 0.5 · sin 15°
  });

  it('add normal noise of standard deviation 15', async () => {
    const values = [
      ...(await damaged(
        'noise',
        picture(() => 128),
      )),
    ].map((value) => value - 128);
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    expect(Math.abs(mean)).toBeLessThan(1.3); // four standard errors
    expect(Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length)).toBeCloseTo(15, -0.3);
  });

  it('blur an edge as the normal distribution does', async () => {
    const edge = row(
      await damaged(
        'blur',
        picture((x) => (x < 24 ? 0 : 200)),
      ),
    );
    expect(edge.slice(22, 26)).toEqual([20, 67, 133, 180]); // 200 times sums of exp(-k² / 2.88) over the sum of all
  });

  it('take light by contrast, brightness and gamma', async () => {
    expect(row(await damaged('contrast', columns))[0]).toBe(70); // 117.5 - 0.4 · 117.5 = 70.5, halves go to the even number
    expect(row(await damaged('brightness', columns))[40]).toBe(70); // 0.35 · 200
    expect(row(await damaged('gamma', columns))[40]).toBe(149); // 255 (200 / 255)^2.2 = 149.4
  });

  it('light one side', async () => {
    const line = row(
      await damaged(
        'side light',
        picture(() => 100),
      ),
    );
    expect([line[0], line[47]].sort((a, b) => a! - b!)).toEqual([35, 125]);
    expect([66, 94]).toContain(line[16]); // 35 + 90 · 16 / 47, or · 31 / 47
  });

  it('hide a square of 12 pixels', async () => {
    const result = await damaged(
      'occlusion',
      picture(() => 7),
    );
    expect(result.filter((value) => value === 128)).toHaveLength(144);
  });

  it('take pixels away by means of areas', async () => {
    const line = row(await damaged('low resolution', columns, 24)); // means 2.5, 12.5, … centered at 0.5, 2.5, …
    expect(line.slice(0, 4)).toEqual([2, 5, 10, 15]); // 2.5, 5, 10, 15
  });

  it('lose what JPEG of quality 20 loses: no more than 10 grays in a soft picture', async () => {
    const result = await damaged('JPEG', columns);
    expect(Math.max(...[...result].map((value, i) => Math.abs(value - columns[i]!)))).toBeLessThan(10);
  });
});

describe('what the bench of robustness writes', () => {
  const scores = Object.fromEntries(DAMAGES.map(({ name }, i) => [`${name}, middle`, 0.5 + i / 100]));
  const results = [{ title: 'ours', scores: { clean: 0.7, ...scores } }];

  it('has a row for each damage and the mean over them', () => {
    expect(meanAccuracy(results[0]!, ['middle'])).toBeCloseTo(0.56, 10);
    expect(meanAccuracy(results[0]!)).toBeNaN();
    const table = robustnessTable(results).split('\n');
    expect(table).toHaveLength(2 + 1 + 13 + 2);
    expect(table[2]).toBe('| clean |  | 70.0 |');
    expect(table[3]).toBe('| shift | 2 px, 4 px, 8 px | 50.0 |');
    expect(table.at(-2)).toBe('| mCA, middle strength |  | 56.0 |');
    expect(table.at(-1)).toBe('| mCA, all strengths |  | – |');
  });

  it('is drawn with a mark for each figure that is known', () => {
    const svg = robustnessSvg(results, 'Damage');
    expect(svg.match(/<circle/g)).toHaveLength(1 + 15); // legend, clean, thirteen damages, mean
    expect(svg).toContain('ours: 56.0 % in the mean over the damages');
    expect(svg).not.toContain('NaN');
  });
});
