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

const numberIn = (cell: string): number => Number(cell.replaceAll(/[,%\s]/g, ''));

/** The numbers of a column, of the rows that have one. */
const column = (table: Table, title: string) =>
  Object.entries(table).flatMap(([name, cells]) => {
    const value = cells[title];
    return value && Number.isFinite(numberIn(value)) ? [[plain(name), numberIn(value)] as const] : [];
  });

const plain = (name: string) => name.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');

/** What the documents and the cards say about this package and others. Read when the site is built, so that no number is typed twice. */
export function charts(cards: readonly FullCard[]): Chart[] {
  return [accuracy(cards), ...damage(cards), speed(), size()];
}

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

/** One chart for each kind of damage that this package and another one were scored on. */
function damage(cards: readonly FullCard[]): Chart[] {
  const guide = read('docs/models.md');
  const table = tableBehind(guide, '<!-- robustness:start -->');
  const { date } = scoreOf(cards[0]!.metrics, 'single view, mean over');
  const source = `\`${behind(guide, '## Damaged images', /`(npx tsx bench\/robustness[^`]*)`/)} --strengths middle\`, ${date}`;
  return Object.entries(table).flatMap(([kind, { strengths, ...cells }]) => {
    const rows = Object.entries(cells).flatMap(([name, cell]) =>
      numberIn(cell) > 0 ? [[name, numberIn(cell)] as const] : [],
    );
    const isCompared = rows.some(([name]) => !name.startsWith('fer-cnn')) && kind !== 'clean';
    const middle = strengths?.split(', ')[1] ?? strengths;
    return isCompared
      ? [{ title: `${kind[0]!.toUpperCase()}${kind.slice(1)}, ${middle}`, unit: '% of the same images', rows, source }]
      : [];
  });
}

function speed(): Chart {
  const guide = read('docs/performance.md');
  const mark = 'From a photo of 512 × 512 pixels';
  const rows = column(tableBehind(guide, mark), '1 face').filter(([name]) => !name.endsWith('tfjs-node'));
  const command = behind(guide, mark, /`(npm run bench[^`]*)`/);
  return {
    title: 'Time for a photo',
    unit: 'ms from a photo with one face to its emotions, on WASM, less is better',
    rows,
    source: `\`${command}\`, ${behind(guide, mark, /(\d{4}-\d\d-\d\d)/)}; [with more faces](./guides/performance.md#faces) the lead is smaller`,
  };
}

function size(): Chart {
  const guide = read('docs/performance.md');
  const mark = '<!-- bench:start -->';
  return {
    title: 'Size of the code',
    unit: 'kB minified and gzipped, less is better',
    rows: column(tableBehind(guide, '#### Size'), 'gzipped, kB'),
    source: `${behind(guide, mark, /Command: (`[^`]*`)/)}, ${behind(guide, mark, /date: (\S+)/)}; the others contain their backends, fer-cnn leaves the choice to you`,
  };
}

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A chart as a table whose numbers have bars. */
export function toHtml({ title, unit, rows, source }: Chart, heading = '###'): string {
  const most = Math.max(...rows.map(([, value]) => value));
  const lines = rows.map(([name, value]) => {
    const isOurs = /fer-cnn|^classify|^weights of/.test(name);
    const width = ((100 * value) / most).toFixed(1);
    return `<tr${isOurs ? ' class="ours"' : ''}><th scope="row">${escape(name)}</th><td><span class="value">${Number(value.toPrecision(3)).toLocaleString('en-US')}</span><span class="space"><span class="bar" style="width:${width}%"></span></span></td></tr>`;
  });
  return `${heading} ${title}\n\n<table class="chart"><caption>${escape(unit)}</caption><tbody>${lines.join('')}</tbody></table>\n\n${source}.\n`;
}
