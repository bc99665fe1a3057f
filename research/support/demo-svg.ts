import { basename } from 'node:path';
import type { Prediction } from 'fer-cnn';
import sharp from 'sharp';

/** A picture of the demo and what the network says about it, most probable first. */
export interface DemoResult {
  path: string;
  predictions: readonly Prediction[];
}

const COLUMNS = 2;
const [CARD_WIDTH, CARD_HEIGHT, GAP, PADDING, HEADER] = [372, 134, 16, 24, 64];
const PICTURE = 118; // side of a picture
const BARS = { left: 206, width: 108, line: 17 };
const [INK, MUTED, PAPER, BORDER] = ['#17212e', '#576474', '#ffffff', '#d5dce5'];
const [TRACK, FIRST, OTHER] = ['#f1f5fa', '#2162a3', '#b0cfe8'];
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** Draws results as an SVG file that needs nothing else: each picture with its seven bars. */
export async function demoSvg(title: string, results: readonly DemoResult[]): Promise<string> {
  const cards = await Promise.all(results.map(card));
  const rows = Math.ceil(results.length / COLUMNS);
  const width = 2 * PADDING + COLUMNS * CARD_WIDTH + (COLUMNS - 1) * GAP;
  const height = HEADER + rows * (CARD_HEIGHT + GAP) - GAP + PADDING;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="${FONT}" font-size="12.5" fill="${INK}">`,
    `<title>${title}</title>`,
    `<desc>${results.map(({ path, predictions: [best] }) => `${basename(path)}: ${best!.className} ${percent(best!)}`).join(', ')}</desc>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="14" fill="${PAPER}" stroke="${BORDER}"/>`,
    `<text x="${PADDING}" y="40" font-size="19" font-weight="650">${title}</text>`,
    ...cards.map((content, i) => {
      const x = PADDING + (i % COLUMNS) * (CARD_WIDTH + GAP);
      const y = HEADER + Math.floor(i / COLUMNS) * (CARD_HEIGHT + GAP);
      return `<g transform="translate(${x} ${y})">\n${content}\n</g>`;
    }),
    '</svg>\n',
  ].join('\n');
}

async function card({ path, predictions }: DemoResult): Promise<string> {
  const jpeg = await sharp(path)
    .resize(2 * PICTURE, 2 * PICTURE)
    .jpeg({ quality: 82 })
    .toBuffer();
  const top = (CARD_HEIGHT - predictions.length * BARS.line) / 2 + BARS.line / 2;
  const bars = predictions.map((prediction, i) => {
    const { className, probability } = prediction;
    const y = top + i * BARS.line;
    const text = `y="${y + 4.5}"${i === 0 ? ' font-weight="650"' : ` fill="${MUTED}"`}`;
    const bar = `x="${BARS.left}" y="${y - 5}" height="10" rx="3"`;
    return [
      `<text x="${BARS.left - 10}" text-anchor="end" ${text}>${className}</text>`,
      `<rect ${bar} width="${BARS.width}" fill="${TRACK}"/>`,
      `<rect ${bar} width="${(BARS.width * probability).toFixed(1)}" fill="${i === 0 ? FIRST : OTHER}"/>`,
      `<text x="${CARD_WIDTH - 8}" text-anchor="end" ${text}>${percent(prediction)}</text>`,
    ].join('\n');
  });
  return [
    `<image y="${(CARD_HEIGHT - PICTURE) / 2}" width="${PICTURE}" height="${PICTURE}" clip-path="inset(0 round 10px)" href="data:image/jpeg;base64,${jpeg.toString('base64')}"/>`,
    ...bars,
  ].join('\n');
}

const percent = ({ probability }: Prediction): string => `${(100 * probability).toFixed(1)} %`;
