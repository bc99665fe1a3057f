import { DAMAGES } from './damages';
import { meanAccuracy, type Accuracies } from './table';

const INK = '#1f2933';
const MUTED = '#576474';
/** Told apart by those who see no red or no green too; the shapes differ as well. */
const COLORS = ['#2563a8', '#0f8a7e', '#7a4fb5', '#c2570c', '#8a6d1d'];
const SHAPES: readonly ((x: number, y: number) => string)[] = [
  (x, y) => `<circle cx="${x}" cy="${y}" r="5.5"/>`,
  (x, y) => `<path d="M${x} ${y - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z"/>`,
  (x, y) => `<path d="M${x} ${y - 6.5}l6 11h-12z"/>`,
  (x, y) => `<rect x="${x - 5}" y="${y - 5}" width="10" height="10"/>`,
  (x, y) => `<path d="M${x - 5} ${y - 5}l10 10m0 -10l-10 10" stroke-width="2.5"/>`,
];
const PLOT = { left: 190, top: 96, width: 560, row: 27 } as const;
const TICKS = [0, 10, 20, 30, 40, 50, 60, 70, 80];

/** Draws the accuracies at the middle strength, a line for each damage and a mark for each network. */
export function robustnessSvg(results: readonly Accuracies[], title: string): string {
  const lines = [
    { name: 'clean', value: ({ scores }: Accuracies) => scores['clean'] ?? NaN },
    ...DAMAGES.map(({ name, strengths: [, middle], label }) => ({
      name: `${name}, ${label(middle)}`,
      value: ({ scores }: Accuracies) => scores[`${name}, middle`] ?? NaN,
    })),
    { name: 'mean over the damages', value: (result: Accuracies) => meanAccuracy(result, ['middle']) },
  ];
  const { left, top, width, row } = PLOT;
  const [right, bottom] = [left + width + 40, top + lines.length * row];
  const x = (share: number) => left + (width * share) / 0.8;
  const grid = TICKS.map(
    (tick) =>
      `<line x1="${x(tick / 100)}" x2="${x(tick / 100)}" y1="${top - 4}" y2="${bottom}" stroke="#e6eaf0"/>` +
      `<text x="${x(tick / 100)}" y="${bottom + 20}" font-size="11.5" text-anchor="middle" fill="${MUTED}">${tick} %</text>`,
  );
  const rows = lines.map(({ name, value }, i) => {
    const y = top + (i + 0.5) * row;
    const marks = results.map((result, k) => (Number.isFinite(value(result)) ? mark(k, x(value(result)), y) : ''));
    return `<text x="${left - 14}" y="${y + 4}" font-size="12.5" text-anchor="end">${name}</text>${marks.join('')}`;
  });
  const legend = results.map(
    (result, k) =>
      `${mark(k, 34 + (k % 3) * 250, 62 + 18 * Math.floor(k / 3) - 4)}` +
      `<text x="${46 + (k % 3) * 250}" y="${62 + 18 * Math.floor(k / 3)}" font-size="12.5">${result.title}</text>`,
  );
  const summary = results
    .map((result) => ({ title: result.title, mean: meanAccuracy(result, ['middle']) }))
    .filter(({ mean }) => Number.isFinite(mean))
    .map(({ title, mean }) => `${title}: ${(100 * mean).toFixed(1)} % in the mean over the damages`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${right}" height="${bottom + 40}" viewBox="0 0 ${right} ${bottom + 40}" role="img" font-family="system-ui, sans-serif" fill="${INK}">`,
    `<title>${title}</title><desc>${summary.join('; ')}</desc>`,
    `<rect x="0.5" y="0.5" width="${right - 1}" height="${bottom + 39}" rx="14" fill="#ffffff" stroke="#d5dce5"/>`,
    `<text x="28" y="36" font-size="19" font-weight="600">${title}</text>`,
    ...[...legend, ...grid, ...rows],
    '</svg>\n',
  ].join('\n');
}

function mark(network: number, x: number, y: number): string {
  const color = COLORS[network % COLORS.length]!;
  const shape = SHAPES[network % SHAPES.length]!(Number(x.toFixed(1)), Number(y.toFixed(1)));
  return `<g fill="${color}" stroke="${color}" fill-opacity="0.85">${shape}</g>`;
}
