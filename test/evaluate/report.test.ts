import { describe, expect, it } from 'vitest';
import { UNLABELED } from '../../src/data/batches';
import { InputError } from '../../src/errors';
import { createReport } from '../../src/evaluate/report';
import { EMOTIONS } from '../../src/labels';
import { REFERENCE } from '../metrics/reference';

const [{ labels, probabilities, expected }] = REFERENCE as [(typeof REFERENCE)[number]];
const inTrainingSet = labels.map((_, i) => (i % 10 === 0 ? 1 : 0));
const report = createReport({ labels, probabilities, inTrainingSet });

const tables = (markdown: string): string[][][] =>
  markdown
    .split('\n\n')
    .filter((block) => block.startsWith('|'))
    .map((block) =>
      block
        .trim()
        .split('\n')
        .map((line) => line.slice(2, -2).split(' | ')),
    );

describe('createReport', () => {
  it('equals scikit-learn’s scores of the same predictions', () => {
    const { precision, recall, f1, support, confusionMatrix, top3Accuracy: _, ...scores } = expected;
    for (const [key, value] of Object.entries(scores)) expect(report[key as 'accuracy']).toBeCloseTo(value, 9);
    expect(report.confusionMatrix).toEqual(confusionMatrix);
    expect(report.size).toBe(300);
    expect(report.perClass.map(({ className }) => className)).toEqual(EMOTIONS);
    expect(report.perClass[2]).toMatchObject({ precision: precision[2], support: support[2] });
    expect(report.perClass[4]!.recall).toBeCloseTo(recall[4]!, 12);
    expect(report.perClass[4]!.f1).toBeCloseTo(f1[4]!, 12);
  });

  it('has an interval around its accuracy with the options of the bootstrap', () => {
    const { lower, upper, confidence } = report.accuracyInterval;
    expect(confidence).toBe(0.95);
    expect(report.accuracy).toBeGreaterThan(lower);
    expect(report.accuracy).toBeLessThan(upper);
    const narrow = createReport({ labels, probabilities, bootstrap: { confidence: 0.5, seed: 3 } });
    expect(narrow.accuracyInterval.upper - narrow.accuracyInterval.lower).toBeLessThan(upper - lower);
  });

  it('scores the images outside the training set like a data set without the others', () => {
    const left = labels.map((_, i) => i).filter((i) => i % 10 !== 0);
    const alone = createReport({
      labels: left.map((i) => labels[i]!),
      probabilities: left.flatMap((i) => probabilities.slice(7 * i, 7 * i + 7)),
    });
    const { removed, ...scores } = report.withoutTrainingDuplicates!;
    expect(removed).toBe(30);
    expect(alone).toMatchObject(scores);
    expect(createReport({ labels, probabilities }).toJSON()).not.toHaveProperty('withoutTrainingDuplicates');
  });

  it('counts every image in one bin', () => {
    expect(report.reliability).toHaveLength(15);
    expect(report.reliability.reduce((sum, { count }) => sum + count, 0)).toBe(300);
  });

  it('divides rows by their sum, so that outputs of any scale have the same scores', () => {
    const scaled = probabilities.map((value, i) => value * (1 + (Math.floor(i / 7) % 5)));
    const { logLoss, brierScore, accuracy } = createReport({ labels, probabilities: scaled });
    expect([logLoss, brierScore, accuracy]).toBeAllClose([report.logLoss, report.brierScore, report.accuracy]);
  });

  it('has perfect scores for perfect predictions and chance level for constant ones', () => {
    const perfect = createReport({ labels: [0, 1], probabilities: [1, 0, 0, 1] });
    expect(perfect).toMatchObject({
      accuracy: 1,
      macroF1: 1,
      cohensKappa: 1,
      brierScore: 0,
      expectedCalibrationError: 0,
    });
    const constant = createReport({ labels: [0, 0, 0, 1], probabilities: [1, 0, 1, 0, 1, 0, 1, 0] });
    expect(constant).toMatchObject({
      accuracy: 0.75,
      balancedAccuracy: 0.5,
      cohensKappa: 0,
      expectedCalibrationError: 0.25,
    });
  });

  it('refuses unknown labels, wrong lengths and outputs that are not probabilities', () => {
    const refuse = (input: object, message: string) => {
      const run = () => createReport({ labels: [0, 1], probabilities: [0.5, 0.5, 0.5, 0.5], ...input });
      expect(run).toThrow(InputError);
      expect(run).toThrow(message);
    };
    refuse({ labels: [] }, 'at least one image');
    refuse({ labels: [0, UNLABELED] }, '(unlabeled) at index 1');
    refuse({ labels: [0, 2] }, 'classes in 0..1, received 2 at index 1');
    refuse({ probabilities: [0.5, 0.5, 0.5] }, 'one row for each of the 2 labels');
    refuse({ probabilities: [0.5, 0.5, NaN, 0.5] }, 'row 1: expected finite probabilities');
    refuse({ probabilities: [0.5, 0.5, -0.5, 1.5] }, 'row 1: expected finite probabilities');
    refuse({ classNames: ['cat'] }, '2 names, received 1');
    refuse({ inTrainingSet: [1] }, 'inTrainingSet');
    refuse({ bootstrap: { samples: -1 } }, 'createReport: bootstrap.samples');
    refuse({ label: [] }, '"label"');
  });
});

describe('toJSON', () => {
  it('round-trips through JSON, with accuracy in 0..1', () => {
    const filled = createReport({
      labels: [0, 1, 1],
      probabilities: [0.9, 0.1, 0.2, 0.8, 0.6, 0.4],
      inTrainingSet: [1, 0, 0],
    });
    const { reliability, ...parsed } = JSON.parse(JSON.stringify(filled));
    const { reliability: bins, ...json } = filled.toJSON();
    expect(parsed).toEqual(json);
    expect(parsed.accuracy).toBe(2 / 3);
    expect(reliability.map(({ count }: { count: number }) => count)).toEqual(bins.map(({ count }) => count));
    expect(reliability[0].confidence).toBeNull();
  });

  it('has the same keys in the same order every time', () => {
    const keys = Object.keys(report.toJSON());
    expect(keys).toEqual([
      'size',
      'accuracy',
      'accuracyInterval',
      'top2Accuracy',
      'balancedAccuracy',
      'macroF1',
      'weightedF1',
      'cohensKappa',
      'logLoss',
      'brierScore',
      'expectedCalibrationError',
      'classNames',
      'perClass',
      'confusionMatrix',
      'reliability',
      'coverage',
      'withoutTrainingDuplicates',
    ]);
  });

  it('returns a copy', () => {
    report.toJSON().confusionMatrix[0]![0] = -1;
    expect(report.confusionMatrix[0]![0]).toBe(expected.confusionMatrix[0]![0]);
  });
});

describe('toMarkdown', () => {
  it('has a table of scores with a column for the images outside the training set', () => {
    const [scores] = tables(report.toMarkdown());
    expect(scores![0]).toEqual(['Score', 'All images', 'Without the 30 also in training']);
    expect(scores!.every((cells) => cells.length === 3)).toBe(true);
    expect(scores!.find(([name]) => name === 'Accuracy')![1]).toBe('59.0 %');
    expect(scores!.find(([name]) => name === 'Accuracy interval')![1]).toMatch(/^5\d\.\d–6\d\.\d % \(95 %\)$/);
    expect(tables(createReport({ labels, probabilities }).toMarkdown())[0]![0]).toHaveLength(2);
  });

  it('has a row for each class and the counts of the confusion matrix', () => {
    const [, classes, matrix] = tables(report.toMarkdown());
    expect(classes!.slice(2).map(([name]) => name)).toEqual(EMOTIONS);
    expect(classes![2]).toEqual(['angry', '45.2 %', '51.4 %', '0.481', '37']);
    expect(matrix!.slice(2).map(([, ...counts]) => counts.map(Number))).toEqual(expected.confusionMatrix);
  });

  it('escapes bars in class names', () => {
    const markdown = createReport({ labels: [0], probabilities: [1, 0], classNames: ['a|b', 'c'] }).toMarkdown();
    expect(markdown).toContain('| a\\|b |');
  });
});

describe('toTfvis', () => {
  it('has the shapes that tfjs-vis renders', () => {
    const { confusionMatrix, perClassAccuracy } = report.toTfvis();
    expect(confusionMatrix).toEqual({ values: expected.confusionMatrix, tickLabels: EMOTIONS });
    expect(perClassAccuracy).toHaveLength(7);
    expect(perClassAccuracy[0]!.count).toBe(37);
    expect(perClassAccuracy[0]!.accuracy).toBeCloseTo(19 / 37, 12);
  });
});
