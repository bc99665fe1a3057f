import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { confusionMatrix } from '../../src/metrics/confusion-matrix';
import { argmaxRows } from '../../src/metrics/probability';
import { REFERENCE } from './reference';

describe('confusionMatrix', () => {
  it.each(REFERENCE)('equals scikit-learn’s: $name', ({ labels, probabilities, numClasses, expected }) => {
    const predictions = argmaxRows(probabilities, numClasses);
    expect(confusionMatrix(labels, predictions, numClasses)).toEqual(expected.confusionMatrix);
  });

  it('has the true classes as rows and the predicted ones as columns', () => {
    const matrix = confusionMatrix([0, 0, 2], [1, 1, 2], 3);
    expect(matrix).toEqual([
      [0, 2, 0],
      [0, 0, 0],
      [0, 0, 1],
    ]);
  });

  it('is all 0 for empty input', () => {
    expect(confusionMatrix([], [], 2)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('refuses arrays of different lengths and names the index of a class out of range', () => {
    expect(() => confusionMatrix([0, 1], [0], 2)).toThrow(InputError);
    expect(() => confusionMatrix([0, 1], [0, 1], 0)).toThrow('numClasses');
    expect(() => confusionMatrix([0, 2], [0, 1], 2)).toThrow('labels: expected classes in 0..1, received 2 at index 1');
    expect(() => confusionMatrix([0, 1], [0, 0.5], 2)).toThrow('received 0.5 at index 1');
    expect(() => confusionMatrix([0, -1], [0, 0], 2)).toThrow('received -1 at index 1');
  });
});
