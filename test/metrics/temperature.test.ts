import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { logLoss } from '../../src/metrics/probability';
import { applyTemperature, fitTemperature } from '../../src/metrics/temperature';

const softmax = (logits: readonly number[]) => {
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / sum);
};

describe('applyTemperature', () => {
  it('is the softmax of the logits divided by the temperature', () => {
    const logits = [2, -1, 0.5];
    for (const temperature of [0.5, 1, 3]) {
      const expected = softmax(logits.map((logit) => logit / temperature));
      expect(applyTemperature(softmax(logits), 3, temperature)).toBeAllClose(expected, { atol: 1e-6 });
    }
  });

  it('keeps zeros, certainty and rows of zeros, and does not underflow', () => {
    expect([...applyTemperature([1, 0, 0, 0, 1e-30, 0], 2, 0.1)]).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it.each([
    { values: [0.5, NaN], message: 'expected finite numbers of at least 0, received NaN at 1' },
    { values: [2, -1], message: 'received -1 at 1. Apply a softmax to logits first' },
    { values: [Infinity, 0], message: 'received Infinity at 0' },
    { values: [1, 1e300], message: 'received 1e+300 at 1' },
    { values: [0.2, 0.3, 0.5], message: 'expected rows of 2 probabilities, received 3 values' },
  ])('refuses the probabilities $values', ({ values, message }) => {
    expect(() => applyTemperature(values, 2, 2)).toThrow(InputError);
    expect(() => applyTemperature(values, 2, 2)).toThrow(message);
  });

  it('refuses a temperature that is not above 0', () => {
    for (const temperature of [0, -1, NaN]) expect(() => applyTemperature([1], 1, temperature)).toThrow(InputError);
  });
});

describe('fitTemperature', () => {
  it('finds the temperature by hand: three quarters are right, so the best row is [.75, .25]', () => {
    const temperature = fitTemperature([0, 0, 0, 1], [0.99, 0.01, 0.99, 0.01, 0.99, 0.01, 0.99, 0.01]);
    expect(temperature).toBeCloseTo(Math.log(99) / Math.log(3), 2);
  });

  it('is 1 for calibrated probabilities', () => {
    const rows = [...Array(3).fill([0.75, 0.25]), [0.75, 0.25]].flat();
    const labels = [0, 0, 0, 1];
    expect(fitTemperature(labels, rows)).toBeCloseTo(1, 2);
    const sure = [0.9, 0.1, 0.8, 0.2, 0.6, 0.4, 0.3, 0.7];
    const best = fitTemperature([0, 1, 0, 1], sure);
    const at = (temperature: number) => logLoss([0, 1, 0, 1], applyTemperature(sure, 2, temperature));
    expect(at(best)).toBeLessThan(at(best * 1.05));
    expect(at(best)).toBeLessThan(at(best / 1.05));
  });

  it('refuses empty input', () => {
    expect(() => fitTemperature([], [])).toThrow(InputError);
  });
});
