import type { EpochRecord } from 'fer-cnn';
import { panelsSvg } from './line-panel';

const COLORS = { training: '#2563a8', validation: '#c2570c' };

/**
 * Draws loss and accuracy over the epochs, on the augmented training images and on the validation images.
 *
 * @returns The text of an SVG file.
 */
export function curvesSvg(title: string, history: readonly EpochRecord[], validation = 'PublicTest'): string {
  const { length } = history;
  const last = history.at(-1);
  const summary = last
    ? `${length} epochs; ${validation} at the end ${(100 * (last.valAccuracy ?? NaN)).toFixed(1)} %`
    : '';
  const marks = [1, Math.ceil(length / 2), length].map(
    (epoch) => [(epoch - 1) / Math.max(1, length - 1), `${epoch}`] as const,
  );
  const panel = (
    title: string,
    trained: keyof EpochRecord,
    validated: keyof EpochRecord,
    label: (value: number) => string,
  ) => ({
    ...{ title, marks, label, axis: 'epoch' },
    lines: [
      { color: COLORS.training, values: history.map((record) => record[trained] ?? NaN) },
      { color: COLORS.validation, values: history.map((record) => record[validated] ?? NaN) },
    ],
  });
  return panelsSvg(
    title,
    summary,
    [
      panel('Loss', 'loss', 'valLoss', (value) => value.toFixed(1)),
      panel('Accuracy', 'accuracy', 'valAccuracy', (value) => `${Math.round(100 * value)} %`),
    ],
    [
      { name: 'training (augmented)', color: COLORS.training, x: 330 },
      { name: 'validation', color: COLORS.validation, x: 130 },
    ],
  );
}
