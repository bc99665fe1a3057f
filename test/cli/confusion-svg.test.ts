import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createReport } from '../../src/evaluate/report';
import { confusionSvg } from '../../src/cli/confusion-svg';
import { REFERENCE } from '../metrics/reference';

const [{ labels, probabilities, expected }] = REFERENCE as [(typeof REFERENCE)[number]];
const report = createReport({ labels, probabilities });

const render = async (svg: string) => sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });

describe('confusionSvg', () => {
  it('draws every count and its share of the row, in order', () => {
    const cells = [
      ...confusionSvg(report).matchAll(
        /<g><title>[^<]+<\/title><rect[^>]+\/><text[^>]+>([^<]+)<\/text><text[^>]+>([^<]+)</g,
      ),
    ];
    const counts = expected.confusionMatrix.flat();
    const shares = expected.confusionMatrix.flatMap((row, i) =>
      row.map((count) => `${((100 * count) / expected.support[i]!).toFixed(1)} %`),
    );
    expect(cells.map(([, count]) => Number(count))).toEqual(counts);
    expect(cells.map(([, , share]) => share)).toEqual(shares);
  });

  it('says what it shows, for those who do not see it', () => {
    const svg = confusionSvg(report, { title: 'Shallow on PublicTest' });
    expect(svg).toContain('role="img"');
    expect(svg).toContain('<title>Shallow on PublicTest</title>');
    expect(svg).toMatch(/<desc>300 images · accuracy 59\.0 %.+ Recognised: angry 51\.4 %, .+<\/desc>/);
    expect(svg).toContain('<title>true angry, predicted disgust: 3 of 37 (8.1 %)</title>');
    expect(svg).toContain('>True class<');
    expect(svg).toContain('>Predicted class<');
  });

  it('is well-formed, whatever the names are, and refers to nothing outside', async () => {
    const classNames = ['<b>', 'R&B "live"', 'a name that is far too long for a column'];
    const svg = confusionSvg(
      createReport({ labels: [0, 1, 1], probabilities: [1, 0, 0, 1, 0, 0, 0, 1, 0], classNames }),
    );
    const { info } = await render(svg);
    expect([info.width, info.height]).toEqual(/viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.slice(1).map(Number));
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|<script|<style|@import/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('is the same text each time', () => {
    expect(confusionSvg(createReport({ labels, probabilities }))).toBe(confusionSvg(report));
  });

  it('has a light panel of its own, on which a greater share is darker', async () => {
    const svg = confusionSvg(createReport({ labels: [0, 0, 0, 0, 1], probabilities: [1, 0, 1, 0, 1, 0, 0, 1, 0, 1] }));
    const { data, info } = await render(svg);
    const [x, y] = /<rect x="([\d.]+)" y="([\d.]+)" width="65"/.exec(svg)!.slice(1).map(Number) as [number, number];
    const brightness = (column: number, row: number): number =>
      data[(Math.round(row) * info.width + Math.round(column)) * 4]!;
    const [most, few, none] = [brightness(x + 32, y + 8), brightness(x + 100, y + 8), brightness(x + 32, y + 76)];
    expect(brightness(info.width / 2, 12)).toBe(255);
    expect(most).toBeLessThan(few);
    expect(few).toBeLessThan(none);
  });

  it('refuses unknown options', () => {
    expect(() => confusionSvg(report, { colour: 'red' } as object)).toThrow('colour');
  });
});
