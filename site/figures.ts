import type { FullCard } from '../scripts/support/cards.mjs';
import { read } from './paths';

/** Numbers with a title, for bars side by side. */
interface Chart {
  readonly title: string;
  /** What the numbers are, and which are better. */
  readonly unit: string;
  readonly rows: readonly (readonly [name: string, value: number])[];
  /** Where the numbers come from: command and date. */
  readonly source: string;
}

/** A Markdown table: rows by their first cell, cells by the title of their column. */
type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The first table behind a mark in a document. */
function tableBehind(text: string, mark: string): Table {
  const start = text.indexOf(mark);
  const lines = start < 0 ? undefined : /(?:^\|.*\|\n)+/m.exec(text.slice(start))?.[0].trim().split('\n');
  if (!lines) throw new Error(`expected a table behind "${mark}".`);
  const [, ...titles] = cellsOf(lines[0]!);
  return Object.fromEntries(
    lines.slice(2).map((line) => {
      const [name, ...cells] = cellsOf(line);
      return [name!, Object.fromEntries(titles.map((title, i) => [title, cells[i]!]))];
    }),
  );
}

/** The first match of a pattern behind a mark. */
function behind(text: string, mark: string, pattern: RegExp): string {
  const found = pattern.exec(text.slice(text.indexOf(mark)))?.[1];
  if (found === undefined) throw new Error(`expected ${pattern} behind "${mark}".`);
  return found;
}

/** The number that a cell begins with, such as 1,180 or 65.28 % or 9.66 (9.59). */
const numberIn = (cell: string): number => Number(/^[\d,]*\.?\d+/.exec(cell)?.[0].replaceAll(',', '') ?? NaN);

/** The numbers of a column, of the rows that have one. */
const column = (table: Table, title: string) =>
  Object.entries(table).flatMap(([name, cells]) => {
    const value = cells[title];
    return value && Number.isFinite(numberIn(value)) ? [[plain(name), numberIn(value)] as const] : [];
  });

const plain = (name: string) => name.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');

/**
 * What the documents and the cards say about this package and others, as HTML by the names that pages give them. Read when the site is
 * built, so that no number is typed twice.
 */
export const figures = (cards: readonly FullCard[]): Record<string, string> => ({
  accuracy: chartHtml(accuracy(cards)),
  damage: damage(cards),
  speed: chartHtml(speed()),
  size: chartHtml(size()),
});

function accuracy(cards: readonly FullCard[]): Chart {
  const guide = read('docs/models.md');
  const rivals = tableBehind(guide, '## Compared with others');
  const ours = cards.map(
    ({ name, metrics }) => [`fer-cnn, ${name}`, 100 * scoreOf(metrics, 'single view').accuracy] as const,
  );
  const theirs = Object.entries(rivals)
    .filter(([, { split }]) => split === 'PublicTest')
    .map(([name, { accuracy }]) => [plain(name), numberIn(accuracy!)] as const);
  const { command, date, rows } = scoreOf(cards[0]!.metrics, 'single view');
  const how = Object.values(rivals)[0]!['how it was obtained']!;
  return {
    title: 'Accuracy',
    unit: `% of the ${rows.toLocaleString('en-US')} images of FER2013’s PublicTest, more is better`,
    rows: [...ours, ...theirs].sort((a, b) => b[1] - a[1]),
    source: `fer-cnn: \`${command}\`, ${date}; others: ${how}`,
  };
}

function scoreOf(metrics: FullCard['metrics'], protocol: string): FullCard['metrics'][number] {
  const found = metrics.find((metric) => metric.protocol.startsWith(protocol) && metric.split === 'PublicTest');
  if (!found) throw new Error(`expected a score on PublicTest, ${protocol}.`);
  return found;
}

/** The kinds of damage that others were scored on too, and the mean over them, with the default model. */
function damage(cards: readonly FullCard[]): string {
  const guide = read('docs/models.md');
  const table = tableBehind(guide, '<!-- robustness:start -->');
  const names = Object.keys(table['clean']!).filter(
    (name) => name === `fer-cnn, ${cards[0]!.name}` || !/^fer-cnn|^strengths$/.test(name),
  );
  const rows = Object.entries(table).filter(([, cells]) => names.every((name) => numberIn(cells[name]!) > 0));
  if (names.length < 2 || rows.length < 2) throw new Error('expected scores on damaged images, of others too.');
  const lines = rows.map(([kind, { strengths, ...cells }]) => {
    const middle = strengths!.split(', ')[1];
    const title = kind.startsWith('mCA') ? 'mean over the damages' : kind === 'clean' ? 'undamaged' : kind;
    const bars = names.map((name) => `<td${ours(name)}>${barHtml(numberIn(cells[name]!), 100)}</td>`).join('');
    return `<tr><th scope="row">${escape(title)}${middle ? ` <small>${escape(middle)}</small>` : ''}</th>${bars}</tr>`;
  });
  const head = names.map((name) => `<th scope="col">${escape(name.replace(/^@\w+\//, ''))}</th>`).join('');
  const { date } = scoreOf(cards[0]!.metrics, 'single view, mean over');
  const command = behind(guide, '## Damaged images', /`(npm run bench:robustness[^`]*)`/);
  return `<div class="vp-table" role="region" aria-label="Accuracy on damaged images" tabindex="0"><table class="chart many"><caption>% of the same images classified correctly, more is better; human and face-api by @vladmandic</caption><thead><tr><td></td>${head}</tr></thead><tbody>${lines.join('')}</tbody></table></div>\n\n\`${command} --strengths middle\`, ${date}.\n`;
}

function speed(): Chart {
  const guide = read('docs/performance.md');
  const mark = 'From a photo of 512 × 512 pixels';
  const rows = column(tableBehind(guide, mark), '1 face').filter(([name]) => /^classifyFaces on wasm$|^@/.test(name));
  const command = behind(guide, mark, /`(npm run bench[^`]*)`/);
  return {
    title: 'Time for a photo',
    unit: 'ms from a photo with one face to its emotions, on WASM, less is better',
    rows: rows.map(([name, value]) => [name.replace('classifyFaces', 'fer-cnn, classifyFaces'), value]),
    source: `\`${command}\`, ${behind(guide, mark, /(\d{4}-\d\d-\d\d)/)}; [with more faces](./guides/performance.md#faces) the lead is smaller`,
  };
}

function size(): Chart {
  const guide = read('docs/performance.md');
  const mark = '<!-- bench:start -->';
  return {
    title: 'Size',
    unit: 'kB of code (minified) and of weights, both gzipped, less is better',
    rows: withOwners(column(tableBehind(guide, '#### Size'), 'gzipped, kB')),
    source: `${behind(guide, mark, /Command: (`[^`]*`)/)}, ${behind(guide, mark, /date: (\S+)/)}; the code of the others contains their backends, that of fer-cnn leaves the choice to you`,
  };
}

/** Names the package of whose network a row speaks. */
const withOwners = (rows: Chart['rows']): Chart['rows'] =>
  rows.map(([name, value], i) => {
    const owner = rows[i - 1]?.[0].split(',')[0];
    return [
      name
        .replace(/^its (\w+) network$/, `${owner}, weights`)
        .replace(/^weights of the default,/, 'fer-cnn, weights of'),
      value,
    ];
  });

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const isOurs = (name: string) => /fer-cnn|^classify/.test(name);
const ours = (name: string) => (isOurs(name) ? ' class="ours"' : '');

const barHtml = (value: number, most: number) =>
  `<span class="value">${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')}</span><span class="space"><span class="bar" style="width:${((100 * value) / most).toFixed(1)}%"></span></span>`;

/**
 * A chart as a table whose numbers have bars.
 *
 * @throws If it does not compare this package with another one.
 */
function chartHtml({ title, unit, rows, source }: Chart): string {
  if (new Set(rows.map(([name]) => isOurs(name))).size < 2)
    throw new Error(`${title}: expected numbers of this package and of others.`);
  const most = Math.max(...rows.map(([, value]) => value));
  const lines = rows.map(
    ([name, value]) => `<tr${ours(name)}><th scope="row">${escape(name)}</th><td>${barHtml(value, most)}</td></tr>`,
  );
  return `### ${title}\n\n<table class="chart"><caption>${escape(unit)}</caption><tbody>${lines.join('')}</tbody></table>\n\n${source}.\n`;
}
