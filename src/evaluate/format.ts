import type { Interval } from '../metrics/bootstrap';

/** Formats a fraction as a percentage with one decimal, `65.5 %`; a dash for NaN. */
export function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`;
}

/** Formats a number with fixed decimals; a dash for NaN. */
export function decimals(value: number, digits = 3): string {
  return Number.isNaN(value) ? '–' : value.toFixed(digits);
}

/** Formats an interval with its confidence level, `63.9–67.1 % (95 %)`; a dash for NaN. */
export function intervalText({ lower, upper, confidence }: Interval): string {
  if (Number.isNaN(lower)) return '–';
  return `${(100 * lower).toFixed(1)}–${percent(upper)} (${+(100 * confidence).toFixed(2)} %)`;
}
