import type { ClassifiedFace } from 'fer-cnn/faces';
import { importSharp, writeImage } from './sharp';

const COLOR = '#e11d48';

/**
 * Writes a photo with a frame around each face, and its most probable class above.
 *
 * @param file The photo, as `sharp` reads it.
 * @param faces The faces, in pixels of the upright photo.
 * @param out The image to write; its ending chooses the format.
 */
export async function annotate(file: string, faces: readonly ClassifiedFace[], out: string): Promise<void> {
  const sharp = await importSharp();
  const { data, info } = await sharp(file).rotate().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const stroke = Math.max(2, Math.round(Math.max(width, height) / 400));
  const marks = faces.map((face) => mark(face, stroke)).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks}</svg>`;
  await writeImage(out, sharp(data).composite([{ input: Buffer.from(svg) }]));
}

/** Frame and label of a face. Labels are written in the fonts of the system. */
function mark({ box, predictions }: ClassifiedFace, stroke: number): string {
  const { x, y, width, height } = box;
  const [best] = predictions;
  const label = best ? `${best.className} ${Math.round(100 * best.probability)} %` : '';
  const size = Math.max(12, 7 * stroke, width / 7);
  const baseline = y > 1.4 * size ? y - 0.35 * size : y + height + 1.05 * size; // below where there is no room above
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${COLOR}" stroke-width="${stroke}"/>` +
    `<text x="${x}" y="${baseline}" font-family="sans-serif" font-size="${size}" font-weight="bold" fill="${COLOR}" ` +
    `stroke="white" stroke-width="${size / 8}" paint-order="stroke">${escape(label)}</text>`
  );
}

const escape = (text: string): string => text.replaceAll(/[<>&"']/g, (sign) => `&#${sign.codePointAt(0)};`);
