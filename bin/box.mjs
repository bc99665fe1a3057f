/**
 * The box that the option --box describes.
 *
 * @param {string} text Should be X,Y,W,H in pixels, with a width and a height above 0.
 * @returns {import('fer-cnn').Box | undefined} The box, or nothing if the text is none.
 */
export function boxOf(text) {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [x, y, width, height] = numbers;
  if (numbers.length === 4 && numbers.every(Number.isFinite) && width > 0 && height > 0) return { x, y, width, height };
}
