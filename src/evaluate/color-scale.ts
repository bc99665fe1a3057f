/** The stops of the scale at equal distances, for 0 to 1: light to dark, so that it works in gray too. */
export const SCALE: readonly string[] = ['#f1f5fa', '#b0cfe8', '#5a98cd', '#2162a3', '#093163'];

/** The dark text color. */
export const INK = '#17212e';

/** The light text and background color. */
export const PAPER = '#ffffff';

const STOPS = scaleOf(SCALE);

/** Red, green and blue of each stop, 0..255. */
export function scaleOf(colors: readonly string[]): readonly (readonly number[])[] {
  return colors.map(channels);
}

/**
 * Interpolates linearly between stops at equal distances.
 *
 * @param stops Two or more stops of {@link scaleOf}.
 * @param share 0..1.
 * @returns Red, green and blue, integers in 0..255.
 */
export function colorAt(stops: readonly (readonly number[])[], share: number): number[] {
  const position = share * (stops.length - 1);
  const below = Math.min(Math.floor(position), stops.length - 2);
  return stops[below]!.map((value, i) => Math.round(value + (stops[below + 1]![i]! - value) * (position - below)));
}

/**
 * Returns the color of a value on {@link SCALE}.
 *
 * @param share 0..1.
 * @returns A color as `#rrggbb`.
 */
export function shareColor(share: number): string {
  return `#${colorAt(STOPS, share)
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`;
}

/**
 * Returns the color for text with the higher contrast (WCAG 2.2) on a background.
 *
 * @param background A color as `#rrggbb`.
 * @returns {@link INK} or {@link PAPER}.
 */
export function readableOn(background: string): string {
  const contrast = (ink: string): number => {
    const [darker = 0, lighter = 0] = [luminance(background), luminance(ink)].sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05);
  };
  return contrast(INK) >= contrast(PAPER) ? INK : PAPER;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const s = value / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
