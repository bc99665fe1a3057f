import { inputError } from '../errors';
import { object, optional, type Schema, text as anyText } from '../schema';
import { checkList } from '../validate';
import { INK, PAPER, readableOn, SCALE, shareColor } from '../evaluate/color-scale';
import { intervalText, percent } from '../evaluate/format';
import type { ReportData } from '../evaluate/report-data';

/**
 * How to draw a report.
 */
export interface SvgOptions {
  /** Heading of the image. Default `Confusion matrix`. */
  title?: string;
}

const parse = object({ title: optional(anyText, 'Confusion matrix') } satisfies Schema<SvgOptions>);

const CELL = 68;
const PADDING = 28;
const HEADER = 142;
const FOOTER = 90;
const LEGEND = 240;
const MIN_WIDTH = 500;
const SLANT = 40;
const MUTED = '#576474';
const BORDER = '#d5dce5';
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/**
 * Draws the confusion matrix: a cell shows its count and its share of the row, which is also its color. The image has a
 * panel of its own, so that it can be read on light and on dark pages; it needs no font, style sheet or other file, and is
 * always the same text for the same report.
 *
 * @returns The text of an SVG file.
 * @throws InputError if an option is unknown or the report has no confusion matrix.
 */
export function confusionSvg(report: ReportData, options: SvgOptions = {}): string {
  const { title } = parse('confusionSvg: options', options);
  checkReport(report);
  const { classNames, confusionMatrix, perClass, size, accuracy, accuracyInterval } = report;
  const { left, top, side, width, height, isSlanted } = layOut(title, classNames);
  const summary = `${size} images · accuracy ${percent(accuracy)} · interval ${intervalText(accuracyInterval)}`;
  const recalls = perClass.map(({ className, recall }) => `${className} ${percent(recall)}`).join(', ');
  const axis = { size: 12.5, weight: 600, fill: MUTED, anchor: 'middle' } as const;

  const columnName = (name: string, middle: number): string =>
    isSlanted
      ? text(name, { x: left + middle + 4, y: top - 10, size: 13.5, rotate: -SLANT })
      : text(name, { x: left + middle, y: top - 11, size: 13.5, anchor: 'middle' });

  const row = (name: string, i: number): string[] => {
    const { support } = perClass[i]!;
    const middle = (i + 0.5) * CELL;
    return [
      columnName(name, middle),
      text(name, { x: left - 12, y: top + middle - 1, size: 13.5, anchor: 'end' }),
      text(`n = ${support}`, { x: left - 12, y: top + middle + 15, size: 11, fill: MUTED, anchor: 'end' }),
      ...confusionMatrix[i]!.map((count, j) => {
        const note = `true ${name}, predicted ${classNames[j]!}: ${count} of ${support}`;
        return cell(left + j * CELL, top + i * CELL, {
          count,
          share: support && count / support,
          isHit: i === j,
          note,
        });
      }),
    ];
  };

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="${FONT}" fill="${INK}">`,
    `<title>${escape(title)}</title>`,
    `<desc>${escape(`${summary}. Rows are the true classes, columns the predicted ones. Recognised: ${recalls}.`)}</desc>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="14" fill="${PAPER}" stroke="${BORDER}"/>`,
    text(title, { x: PADDING, y: 48, size: 21, weight: 650 }),
    text(summary, { x: PADDING, y: 72, size: 13.5, fill: MUTED }),
    text('Predicted class', { ...axis, x: left + side / 2, y: 108 }),
    text('True class', { ...axis, x: PADDING + 6, y: top + side / 2, rotate: -90 }),
    ...classNames.flatMap(row),
    legend(left, top + side + 24),
    '</svg>\n',
  ].join('\n');
}

/** Where the matrix stands and how large the image is, from estimated widths of the texts. */
function layOut(title: string, classNames: readonly string[]) {
  const labelWidth = Math.max(...classNames.map((name) => 7.4 * name.length));
  const isSlanted = labelWidth > CELL - 4;
  const angle = (SLANT * Math.PI) / 180;
  const overhang = isSlanted ? Math.max(labelWidth * Math.cos(angle) - CELL / 2, 0) : 0;
  const side = classNames.length * CELL;
  const left = Math.round(PADDING + 36 + Math.max(labelWidth, 52));
  const top = Math.round(HEADER + (isSlanted ? labelWidth * Math.sin(angle) - 10 : 0));
  const right = Math.max(left + Math.max(side + overhang, LEGEND), PADDING + 13 * title.length) + PADDING;
  return { left, top, side, width: Math.round(Math.max(right, MIN_WIDTH)), height: top + side + FOOTER, isSlanted };
}

function cell(x: number, y: number, content: { count: number; share: number; isHit: boolean; note: string }): string {
  const { count, share, isHit, note } = content;
  const background = shareColor(share);
  const centred = { x: x + CELL / 2, fill: readableOn(background), anchor: 'middle' } as const;
  return [
    `<g><title>${escape(`${note} (${percent(share)})`)}</title>`,
    `<rect x="${x + 1.5}" y="${y + 1.5}" width="${CELL - 3}" height="${CELL - 3}" rx="7" fill="${background}"/>`,
    text(String(count), { ...centred, y: y + CELL / 2 + 1, size: 16, weight: isHit ? 700 : 500 }),
    text(percent(share), { ...centred, y: y + CELL / 2 + 18, size: 11 }),
    '</g>',
  ].join('');
}

/** The color scale. Its id may stand twice in a page, as the gradient is the same each time. */
function legend(x: number, y: number): string {
  const stops = SCALE.map((color, i) => `<stop offset="${i / (SCALE.length - 1)}" stop-color="${color}"/>`).join('');
  const note = { y: y + 27, size: 11.5, fill: MUTED };
  return [
    `<linearGradient id="fer-cnn-share">${stops}</linearGradient>`,
    `<rect x="${x + 1.5}" y="${y}" width="${LEGEND - 3}" height="10" rx="5" fill="url(#fer-cnn-share)"/>`,
    text('0 %', { ...note, x: x + 1.5 }),
    text('share of the true class', { ...note, x: x + LEGEND / 2, anchor: 'middle' }),
    text('100 %', { ...note, x: x + LEGEND - 1.5, anchor: 'end' }),
  ].join('\n');
}

interface TextStyle {
  x: number;
  y: number;
  size: number;
  weight?: number;
  fill?: string;
  anchor?: 'middle' | 'end';
  rotate?: number;
}

function text(content: string, { x, y, size, weight, fill, anchor, rotate }: TextStyle): string {
  const attributes = [
    `x="${x}" y="${y}" font-size="${size}"`,
    weight && `font-weight="${weight}"`,
    fill && `fill="${fill}"`,
    anchor && `text-anchor="${anchor}"`,
    rotate && `transform="rotate(${rotate} ${x} ${y})"`,
  ];
  return `<text ${attributes.filter(Boolean).join(' ')}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Throws unless a report, which may come from a file, has what is drawn. */
function checkReport(report: ReportData): void {
  const { classNames, confusionMatrix, perClass, accuracyInterval } = report ?? {};
  checkList('confusionSvg: report.classNames', classNames);
  checkList('confusionSvg: report.confusionMatrix', confusionMatrix);
  checkList('confusionSvg: report.perClass', perClass);
  const isSquare = [confusionMatrix, perClass, ...confusionMatrix].every((list) => list?.length === classNames.length);
  if (isSquare && accuracyInterval && perClass.every((scores) => typeof scores === 'object')) return;
  const expected = 'a report with a row and a column for each class';
  throw inputError('confusionSvg: report', expected, 'another');
}
