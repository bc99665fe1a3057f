/** A cell of a table: text, a number with its digits decided, or nothing. */
export type Cell = string | number | undefined;

/** One table of the report and the numbers behind it. */
export interface Section {
  /** Heading of the table. */
  title: string;
  /** Heads of the columns; the first is the name of the row, all others are numbers. */
  head: readonly string[];
  /** The rows. */
  rows: readonly (readonly Cell[])[];
  /** What one has to know to read the table: sizes, conditions, what was left out and why. */
  note?: string;
  /** Everything measured, for the JSON file. */
  data: unknown;
}

/** What a benchmark is told. */
export interface BenchContext {
  /** Measured rounds; each contender has one turn a round. */
  rounds: number;
  /** Whether to take smaller batches and leave out what takes minutes. */
  quick: boolean;
  /** Training steps over which tensors may not grow. */
  steps: number;
  /** The real `fer2013.csv` or `.csv.gz`; undefined for a made-up one. */
  data: string | undefined;
  /** A folder with pictures without a face; undefined to leave out what needs them. */
  backgrounds: string | undefined;
  /** Says what is being done. */
  say: (text: string) => void;
}

/** A benchmark: a name for `--only` and the tables that it makes. */
export interface Bench {
  name: string;
  run: (context: BenchContext) => AsyncIterable<Section>;
}

/** A section as Markdown. */
export function toMarkdown({ title, head, rows, note }: Section): string {
  const line = (cells: readonly Cell[]) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`;
  const rule = `| ${head.map((_, i) => (i === 0 ? '---' : '--:')).join(' | ')} |`;
  return [`#### ${title}`, '', ...(note ? [note, ''] : []), line(head), rule, ...rows.map(line)].join('\n');
}

/** A number with three significant digits. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const decimals = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: decimals });
}
