/** A line of a graph. */
export interface Line {
  readonly name: string;
  readonly color: string;
  /** Undefined points leave gaps. */
  readonly points: readonly (readonly [x: number, y: number] | undefined)[];
}

interface Ranges {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
}

interface Labels {
  x?(value: number): string;
  y?(value: number): string;
}

const LEFT = 52; // pixels for the numbers beside the lines
const BELOW = 26;
const EDGE = 12;

/** A share from 0 to 1, for readers. */
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Draws lines into a canvas, as sharp as the screen is, with the ends of both axes and the middle of the vertical one. */
export function drawLines(
  canvas: HTMLCanvasElement,
  lines: readonly Line[],
  { x, y }: Ranges,
  labels: Labels = {},
): void {
  const { x: nameX = String, y: nameY = (value: number) => String(Number(value.toPrecision(3))) } = labels;
  const [width, height] = [canvas.clientWidth || 1000, canvas.clientHeight || 220];
  Object.assign(canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
  const context = canvas.getContext('2d')!;
  const { color: ink } = getComputedStyle(canvas);
  const atX = (value: number) => LEFT + ((value - x[0]) / (x[1] - x[0] || 1)) * (width - LEFT - EDGE);
  const atY = (value: number) => height - BELOW - ((value - y[0]) / (y[1] - y[0] || 1)) * (height - BELOW - EDGE);
  context.scale(devicePixelRatio, devicePixelRatio);
  Object.assign(context, { fillStyle: ink, font: '14px system-ui' });
  for (const value of [y[0], (y[0] + y[1]) / 2, y[1]]) {
    context.textAlign = 'right';
    context.fillText(nameY(value), LEFT - 8, atY(value) + 5);
    context.globalAlpha = 0.2;
    context.fillRect(LEFT, atY(value), width - LEFT - EDGE, 1);
    context.globalAlpha = 1;
  }
  for (const value of x) {
    context.textAlign = value === x[0] ? 'left' : 'right';
    context.fillText(nameX(value), atX(value), height - 5);
  }
  for (const { color, points } of lines) {
    Object.assign(context, { strokeStyle: color, fillStyle: color, lineWidth: 2.5, lineJoin: 'round' });
    context.beginPath();
    points.forEach((point, i) => {
      if (!point) return;
      if (points[i - 1]) context.lineTo(atX(point[0]), atY(point[1]));
      else context.moveTo(atX(point[0]), atY(point[1]));
    });
    context.stroke();
    if (points.length === 1 && points[0]) context.fillRect(atX(points[0][0]) - 3, atY(points[0][1]) - 3, 6, 6); // no line yet
  }
}
