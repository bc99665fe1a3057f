import { createReport, type ModelCard } from 'fer-cnn';
import { applyTemperature, fitTemperature } from 'fer-cnn/metrics';

/**
 * Fits the temperature on the even rows of the validation images, and measures its effect on the odd ones: one that does not lower their
 * calibration error is not used.
 */
export function calibrate(
  probabilities: Float32Array,
  labels: Uint8Array,
  classNames: readonly string[],
  split: string,
): NonNullable<ModelCard['calibration']> {
  const classes = classNames.length;
  const half = (parity: number) => ({
    labels: labels.filter((_, row) => row % 2 === parity),
    probabilities: probabilities.filter((_, i) => Math.floor(i / classes) % 2 === parity),
  });
  const [fitted, checked] = [half(0), half(1)];
  const reportAt = (temperature: number) =>
    createReport({
      ...checked,
      classNames,
      probabilities: applyTemperature(checked.probabilities, classes, temperature),
    });
  const best = fitTemperature(fitted.labels, fitted.probabilities);
  const [before, after] = [reportAt(1), reportAt(best)];
  const helps = after.expectedCalibrationError < before.expectedCalibrationError;
  const used = helps ? after : before;
  return {
    ...{ temperature: helps ? best : 1, split, rows: checked.labels.length },
    errorBefore: before.expectedCalibrationError,
    errorAfter: used.expectedCalibrationError,
    coverage: used.coverage.filter(({ coverage }) => coverage > 0),
  };
}
