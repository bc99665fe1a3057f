import type { TrackedFace } from 'fer-cnn/faces';
import { drawLines, type Line, percent } from './lines';

const SPAN = 60_000; // ms
const GAP = 2000; // ms without the face, after which a new line begins

/** A color for each class, told apart in light and dark. */
const COLORS = ['#d1495b', '#7a9e3b', '#8e6bbf', '#d08700', '#3f7fc1', '#17a2a2', '#7d8790'];

interface Moment {
  readonly id: number;
  readonly time: number;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** The probabilities of the chosen face in the last minute. */
export class Timeline {
  readonly #canvas: HTMLCanvasElement;
  readonly #legend: HTMLElement;
  #moments: Moment[] = [];

  constructor(canvas: HTMLCanvasElement, legend: HTMLElement) {
    this.#canvas = canvas;
    this.#legend = legend;
  }

  add({ id, predictions }: TrackedFace): void {
    const time = performance.now();
    const probabilities = Object.fromEntries(predictions.map(({ className, probability }) => [className, probability]));
    this.#moments.push({ id, time, probabilities });
    this.#moments = this.#moments.filter((moment) => time - moment.time <= SPAN);
  }

  draw(): void {
    const last = this.#moments.at(-1);
    if (!last) return;
    const names = Object.keys(last.probabilities).sort();
    const lines = names.map((name, i): Line => {
      const points = this.#moments.flatMap(({ id, time, probabilities }, at) => {
        const before = this.#moments[at - 1];
        const isApart = before && (before.id !== id || time - before.time > GAP);
        const point = [(time - last.time) / 1000, probabilities[name] ?? 0] as const;
        return isApart ? [undefined, point] : [point];
      });
      return { name, color: COLORS[i % COLORS.length]!, points };
    });
    const labels = { x: (at: number) => (at === 0 ? 'now' : `${-at} s ago`), y: (share: number) => `${100 * share} %` };
    drawLines(this.#canvas, lines, { x: [-SPAN / 1000, 0], y: [0, 1] }, labels);
    const [best, probability] = Object.entries(last.probabilities).reduce((a, b) => (b[1] > a[1] ? b : a));
    const seconds = Math.round((last.time - this.#moments[0]!.time) / 1000);
    this.#canvas.ariaLabel = `Probabilities of the last ${seconds} seconds; now ${best}, ${percent(probability)}`;
    if (this.#legend.childElementCount !== lines.length) showLegend(this.#legend, lines);
  }
}

/** Names the lines beside their colors. */
export function showLegend(place: HTMLElement, lines: readonly Line[]): void {
  place.replaceChildren(
    ...lines.map(({ name, color }) => {
      const item = Object.assign(document.createElement('span'), { textContent: name });
      item.style.borderLeft = `1rem solid ${color}`;
      item.style.paddingLeft = '0.5rem';
      return item;
    }),
  );
}
