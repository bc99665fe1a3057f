import type { EpochRecord } from 'fer-cnn';

const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [360, 220, 56, 84, 70];
const INK = '#1f2933';
const MUTED = '#576474';
const COLORS = { training: '#2563a8', validation: '#c2570c' };

interface Panel {
  title: string;
  training: number[];
  validation: number[];
  /** Writes a value at the axis. */
  label: (value: number) => string;
}

/**
 * Draws loss and accuracy over the epochs, on the augmented training pictures and on PublicTest.
 *
 * @returns The text of an SVG file, with a panel of its own, so that it can be read on light and on dark pages.
 */
export function curvesSvg(title: string, history: readonly EpochRecord[]): string {
  const panels: Panel[] = [
    {
      title: 'Loss',
      training: history.map(({ loss }) => loss),
      validation: history.map(({ valLoss }) => valLoss ?? NaN),
      label: (value) => value.toFixed(1),
    },
    {
      title: 'Accuracy',
      training: history.map(({ accuracy }) => accuracy),
      validation: history.map(({ valAccuracy }) => valAccuracy ?? NaN),
      label: (value) => `${Math.round(100 * value)} %`,
    },
  ];
  const width = LEFT + 2 * WIDTH + GAP + 28;
  const height = TOP + HEIGHT + 58;
  const last = history.at(-1);
  const summary = last
    ? `${history.length} epochs; PublicTest at the end ${(100 * (last.valAccuracy ?? NaN)).toFixed(1)} %`
    : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" fill="${INK}">`,
    `<title>${title}</title><desc>${summary}</desc>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="14" fill="#ffffff" stroke="#d5dce5"/>`,
    `<text x="28" y="40" font-size="19" font-weight="600">${title}</text>`,
    legend('training (augmented)', COLORS.training, width - 330),
    legend('PublicTest', COLORS.validation, width - 130),
    ...panels.map((panel, i) => drawPanel(panel, LEFT + i * (WIDTH + GAP))),
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, training, validation, label }: Panel, left: number): string {
  const values = [...training, ...validation].filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (epoch: number) => left + (WIDTH * epoch) / Math.max(1, training.length - 1);
  const y = (value: number) => TOP + HEIGHT - (HEIGHT * (value - low)) / Math.max(1e-9, high - low);
  const line = (series: readonly number[], color: string) => {
    const points = series
      .map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`)
      .filter((p) => !p.includes('NaN'));
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`;
  };
  const ticks = Array.from({ length: 5 }, (_, i) => low + ((high - low) * i) / 4).map(
    (value) =>
      `<line x1="${left}" x2="${left + WIDTH}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#e6eaf0"/>` +
      `<text x="${left - 8}" y="${(y(value) + 4).toFixed(1)}" font-size="11.5" text-anchor="end" fill="${MUTED}">${label(value)}</text>`,
  );
  const marks = [1, Math.ceil(training.length / 2), training.length].map(
    (epoch) =>
      `<text x="${x(epoch - 1).toFixed(1)}" y="${TOP + HEIGHT + 20}" font-size="11.5" text-anchor="middle" fill="${MUTED}">${epoch}</text>`,
  );
  return [
    `<text x="${left}" y="${TOP - 14}" font-size="13.5" font-weight="600">${title}</text>`,
    ...ticks,
    ...new Set(marks),
    `<text x="${left + WIDTH / 2}" y="${TOP + HEIGHT + 40}" font-size="12" text-anchor="middle" fill="${MUTED}">epoch</text>`,
    line(training, COLORS.training),
    line(validation, COLORS.validation),
  ].join('\n');
}

function legend(name: string, color: string, x: number): string {
  return (
    `<line x1="${x}" x2="${x + 22}" y1="35" y2="35" stroke="${color}" stroke-width="3"/>` +
    `<text x="${x + 30}" y="39" font-size="12.5">${name}</text>`
  );
}
