import { createHash } from 'node:crypto';
import type { AugmentOptions, CnnOptions, CurriculumOptions, LossOptions, ModelName } from 'fer-cnn';

/** Everything that one run of a sweep depends on. */
export interface Settings {
  model: ModelName;
  seed: number;
  epochs: number;
  batchSize: number;
  /** Only so many pictures of Training, the first; all if left out. */
  rows?: number;
  /** Options of the network besides its seed. */
  network: CnnOptions;
  augment: AugmentOptions;
  loss: LossOptions;
  curriculum: CurriculumOptions;
  /** `peak` and `warmup` of a cosine over all epochs, and what `train` takes beside the rate. */
  optimization: { peak: number; warmup: number; weightDecay: number; clipNorm: number; averaging: number };
}

/** What a run gave on PublicTest. */
export interface SweepResult {
  settings: Settings;
  parameters: number;
  trainingLoss: number;
  loss: number;
  accuracy: number;
  seconds: number;
}

/** A grid: `base` replaces defaults, and each of the `grids` is run in all its combinations. */
export interface GridFile {
  /** Settings that all runs share, nested or by path: `{ "epochs": 5, "network.conv.dropout": 0.1 }`. */
  base?: Record<string, unknown>;
  /** Each a list of values by path: `[{ "network.conv.filters": [[16, 32], [32, 64]], "optimization.peak": [0.05, 0.1] }]`. */
  grids: Record<string, unknown[]>[];
}

const DEFAULTS: Settings = {
  model: 'compact',
  seed: 1,
  epochs: 5,
  batchSize: 128,
  network: {},
  augment: { flip: 0.5, affine: { rotate: 8, scale: 0.08, shift: 0.07 }, contrast: 0.15 },
  loss: { labelSmoothing: 0.05 },
  curriculum: {},
  optimization: { peak: 0.05, warmup: 1, weightDecay: 5e-4, clipNorm: 5, averaging: 0.995 },
};

const PATHS = [...Object.keys(DEFAULTS), 'rows'];

/** All settings of a grid, each once. */
export function expandGrid(file: string, { base = {}, grids }: GridFile): Settings[] {
  if (!Array.isArray(grids) || grids.length === 0) throw new Error(`--grid ${file}: expected a list "grids".`);
  const start = Object.entries(base).reduce(
    (settings, [path, value]) => withValue(file, settings, path, value),
    DEFAULTS,
  );
  const all = grids.flatMap((grid) =>
    Object.entries(grid).reduce<Settings[]>(
      (settings, [path, values]) => settings.flatMap((one) => values.map((value) => withValue(file, one, path, value))),
      [start],
    ),
  );
  return [...new Map(all.map((settings) => [nameOf(settings), settings])).values()];
}

/** Settings with another value at a path. */
function withValue(file: string, settings: Settings, path: string, value: unknown): Settings {
  const keys = path.split('.');
  if (!PATHS.includes(keys[0]!)) {
    throw new Error(`--grid ${file}: expected paths that begin with ${PATHS.join(', ')}; received "${path}".`);
  }
  const copy = structuredClone(settings);
  let at = copy as unknown as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
  at[keys.at(-1)!] = value;
  return copy;
}

/** A short name that differs for different settings. */
export function nameOf(settings: Settings): string {
  return createHash('sha256')
    .update(JSON.stringify(flat(settings).toSorted()))
    .digest('hex')
    .slice(0, 12);
}

/** Paths and values; lists count as values. */
function flat(value: unknown, path = ''): [path: string, value: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, part]) => flat(part, path ? `${path}.${key}` : key));
}

/** A table in Markdown, the most accurate first, with a column for every setting in which the runs differ. */
export function sweepTable(results: readonly SweepResult[]): string {
  const rows = results.map((result) => ({ result, values: new Map(flat(result.settings)) }));
  const paths = [...new Set(rows.flatMap(({ values }) => [...values.keys()]))];
  const varied = paths.filter((path) => new Set(rows.map(({ values }) => values.get(path))).size > 1);
  const header = [...varied, 'parameters', 'training loss', 'loss', 'accuracy', 'seconds'];
  const lines = rows
    .toSorted((a, b) => b.result.accuracy - a.result.accuracy)
    .map(({ result, values }) => [
      ...varied.map((path) => values.get(path)?.replaceAll('"', '') ?? ''),
      result.parameters.toLocaleString('en'),
      ...[result.trainingLoss.toFixed(3), result.loss.toFixed(3), `${(100 * result.accuracy).toFixed(1)} %`],
      String(result.seconds),
    ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...lines.map(line), ''].join('\n');
}
