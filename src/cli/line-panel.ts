/** Text. */
const INK = '#1f2933';
/** Text beside the point. */
const MUTED = '#576474';
/** Where panels begin, how large they are and how far they stand apart, in pixels. */
const PANEL = { left: 56, top: 84, width: 360, height: 220, gap: 70 } as const;

/** Lines over a common axis. */
export interface Panel {
  title: string;
  /** What the horizontal axis counts. */
  axis: string;
  /** Names on it, each at a share of its length. */
  marks: readonly (readonly [at: number, name: string])[];
  lines: readonly { color: string; values: readonly number[] }[];
  /** Writes a value at the vertical axis. */
  label: (value: number) => string;
  /** The value at the foot of the vertical axis. Default the minimum one. */
  low?: number;
}

/**
 * Draws panels side by side under a title, as an image with a background of its own, so that it can be read on light and dark pages.
 *
 * @param summary What it shows, for those who do not see it.
 * @param legend Names and colors of the lines.
 * @returns The text of an SVG file.
 */
export function panelsSvg(
  title: string,
  summary: string,
  panels: readonly Panel[],
  legend: readonly { name: string; color: string; x: number }[] = [],
): string {
  const width = PANEL.left + panels.length * (PANEL.width + PANEL.gap) - PANEL.gap + 28;
  const height = PANEL.top + PANEL.height + 58;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" fill="${INK}">`,
    `<title>${title}</title><desc>${summary}</desc>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="14" fill="#ffffff" stroke="#d5dce5"/>`,
    `<text x="28" y="40" font-size="19" font-weight="600">${title}</text>`,
    ...legend.map(({ name, color, x }) => legendEntry(name, color, width - x)),
    ...panels.map((panel, i) => drawPanel(panel, PANEL.left + i * (PANEL.width + PANEL.gap))),
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, axis, marks, lines, label, ...scale }: Panel, left: number): string {
  const { top, width, height } = PANEL;
  const values = lines.flatMap((line) => line.values).filter(Number.isFinite);
  const [low, high] = [scale.low ?? Math.min(...values), Math.max(...values)];
  const y = (value: number) => top + height - (height * (value - low)) / Math.max(1e-9, high - low);
  const draw = ({ values, color }: Panel['lines'][number]) => {
    const x = (i: number) => left + (width * i) / Math.max(1, values.length - 1);
    const points = values
      .map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`)
      .filter((point) => !point.includes('NaN'));
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`;
  };
  const ticks = Array.from({ length: 5 }, (_, i) => low + ((high - low) * i) / 4).map(
    (value) =>
      `<line x1="${left}" x2="${left + width}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#e6eaf0"/>` +
      `<text x="${left - 8}" y="${(y(value) + 4).toFixed(1)}" font-size="11.5" text-anchor="end" fill="${MUTED}">${label(value)}</text>`,
  );
  const names = marks.map(
    ([at, name]) =>
      `<text x="${(left + width * at).toFixed(1)}" y="${top + height + 20}" font-size="11.5" text-anchor="middle" fill="${MUTED}">${name}</text>`,
  );
  return [
    `<text x="${left}" y="${top - 14}" font-size="13.5" font-weight="600">${title}</text>`,
    ...ticks,
    ...new Set(names),
    `<text x="${left + width / 2}" y="${top + height + 40}" font-size="12" text-anchor="middle" fill="${MUTED}">${axis}</text>`,
    ...lines.map(draw),
  ].join('\n');
}

function legendEntry(name: string, color: string, x: number): string {
  return (
    `<line x1="${x}" x2="${x + 22}" y1="35" y2="35" stroke="${color}" stroke-width="3"/>` +
    `<text x="${x + 30}" y="39" font-size="12.5">${name}</text>`
  );
}
