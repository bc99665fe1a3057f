/** A line of a graph. */
export interface Line {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface Ranges {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
}

const LEFT = 48; // pixels for the numbers beside the lines
const EDGE = 12;

/** Draws lines into a canvas, with the ends of both axes. */
export function drawLines(canvas: HTMLCanvasElement, lines: readonly Line[], { x, y }: Ranges): void {
  const context = canvas.getContext('2d')!;
  const { width, height } = canvas;
  const ink = getComputedStyle(canvas).color;
  const atX = (value: number) => LEFT + ((value - x[0]) / (x[1] - x[0] || 1)) * (width - LEFT - EDGE);
  const atY = (value: number) => height - 24 - ((value - y[0]) / (y[1] - y[0] || 1)) * (height - 24 - EDGE);
  context.clearRect(0, 0, width, height);
  Object.assign(context, { fillStyle: ink, font: '14px system-ui', textAlign: 'right' });
  for (const value of y) context.fillText(String(Number(value.toPrecision(3))), LEFT - 8, atY(value) + 5);
  for (const value of x) {
    context.textAlign = value === x[0] ? 'left' : 'right';
    context.fillText(String(value), atX(value), height - 4);
  }
  context.globalAlpha = 0.25;
  context.fillRect(LEFT, atY(y[0]), width - LEFT - EDGE, 1);
  context.globalAlpha = 1;
  for (const { color, points } of lines) {
    Object.assign(context, { strokeStyle: color, lineWidth: 2.5, lineJoin: 'round' });
    context.beginPath();
    for (const [px, py] of points) context.lineTo(atX(px), atY(py));
    context.stroke();
  }
}
