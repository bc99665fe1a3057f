import type { Prediction } from 'fer-cnn';

const WIDTH = 32; // characters of a full bar
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** The probabilities of one image, a line each: name, bar, percentage. On a terminal the first line is colored. */
export function barTable(predictions: readonly Prediction[]): string {
  const nameWidth = Math.max(...predictions.map(({ className }) => className.length));
  const lines = predictions.map(({ className, probability }) => {
    const percent = (100 * probability).toFixed(1).padStart(5);
    return `  ${className.padEnd(nameWidth)}  ${bar(probability).padEnd(WIDTH)}  ${percent} %`;
  });
  const hasColor = process.stdout.isTTY && !process.env['NO_COLOR'];
  return lines.map((line, i) => (i === 0 && hasColor ? `\u001b[1;36m${line}\u001b[0m` : line)).join('\n');
}

/** A bar in eighths of a character. */
function bar(share: number): string {
  const eighths = Math.round(share * WIDTH * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}
