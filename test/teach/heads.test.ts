import { describe, expect, it } from 'vitest';
import { softmaxRows } from '../../src/metrics/probability';
import { Random } from '../../src/random';
import { fitDirections } from '../../src/teach/directions';
import { type LabeledVectors, type LinearHead, logitsOf, withRejection } from '../../src/teach/linear';
import { fitLogistic, type LogisticOptions } from '../../src/teach/logistic';
import { fitPrototypes } from '../../src/teach/prototypes';

const pause = async () => {};
/** Options that draw to a head of zeros. */
const toZero = (classes: number, size: number): LogisticOptions => ({
  prior: { weights: new Float64Array(classes * size), bias: new Float64Array(classes) },
  penalty: 0.1,
  pause,
});
const DATA: LabeledVectors = { vectors: [[0, 0], [2, 0], [0, 4], [0, 6]], labels: [0, 0, 1, 1], classes: 2 }; // prettier-ignore
const probabilitiesOf = (logits: Float64Array) => Array.from(softmaxRows(logits, logits.length));

describe('prototypes', () => {
  it('name the class whose mean has the nearest direction', () => {
    const head = fitPrototypes(DATA); // the means are [1, 0] and [0, 5]
    const difference = (x: number, y: number) => {
      const [a, b] = logitsOf(head, [x, y]);
      return a! - b!;
    };
    expect(difference(2, 2)).toBeCloseTo(0, 10); // 45° from both
    expect(difference(2, 1.9)).toBeGreaterThan(0);
    expect((difference(1, 0) - difference(0, 5)) / 2).toBeCloseTo(3, 10); // the margin, in the mean over both means
  });

  it('give equal probabilities if all samples are alike', () => {
    const head = fitPrototypes({ vectors: [[1, 2], [1, 2]], labels: [0, 1], classes: 2 }); // prettier-ignore
    expect(probabilitiesOf(logitsOf(head, [5, 5]))).toEqual([0.5, 0.5]);
  });
});

describe('the head on directions', () => {
  it('does as the prototypes with one sample a class, whatever the length of a vector', async () => {
    const data: LabeledVectors = { vectors: [[1, 0, 1], [0, 9, 0]], labels: [0, 1], classes: 2 }; // prettier-ignore
    const head = await fitDirections(data, pause);
    for (const length of [0.1, 1, 50]) {
      const difference = ([x, y]: readonly number[]) => {
        const [a, b] = logitsOf(head, [x! * length, y! * length, x! * length]);
        return a! - b!;
      };
      expect(difference([1, Math.SQRT2])).toBeCloseTo(0, 6); // 45° from both
      expect(difference([1, 1])).toBeGreaterThan(0);
      expect(difference([1, 1.5])).toBeLessThan(0);
    }
  });

  it('learns from more samples what the means do not say', async () => {
    const turned = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const far = [5, 10, 15, 50].map(turned); // their mean points to 20°
    const near = [60, 62, 64, 66].map(turned); // and that of these to 63°: 41.5° is halfway
    const data: LabeledVectors = { vectors: [...far, ...near], labels: [0, 0, 0, 0, 1, 1, 1, 1], classes: 2 };
    const many: LabeledVectors = { vectors: Array.from({ length: 100 }, () => data.vectors).flat(), labels: Array.from({ length: 100 }, () => data.labels).flat(), classes: 2 }; // prettier-ignore
    const at50 = (head: LinearHead) => {
      const [a, b] = logitsOf(head, turned(50));
      return a! - b!;
    };
    expect(at50(fitPrototypes(many))).toBeLessThan(0);
    expect(at50(await fitDirections(many, pause))).toBeGreaterThan(0);
  });

  it('ends with ten thousand samples, and pauses meanwhile so that a signal can stop it', async () => {
    const random = new Random(3);
    const labels = Array.from({ length: 10_000 }, (_, i) => i % 5);
    const vectors = labels.map((label) => Float32Array.from({ length: 24 }, (_, j) => Math.abs(random.normal()) + (j % 5 === label ? 1 : 0))); // prettier-ignore
    const data: LabeledVectors = { vectors, labels, classes: 5 };
    const head = await fitDirections(data, pause);
    const named = vectors.map((vector) => logitsOf(head, vector)).map((logits) => logits.indexOf(Math.max(...logits)));
    expect(named.filter((name, i) => name === labels[i]).length / labels.length).toBeGreaterThan(0.9);
    const stop = () => Promise.reject(new Error('enough'));
    await expect(fitDirections(data, stop)).rejects.toThrow('enough');
  });

  it('gives equal probabilities if all samples are alike, and to vectors of zeros', async () => {
    const alike = await fitDirections({ vectors: [[1, 2], [1, 2]], labels: [0, 1], classes: 2 }, pause); // prettier-ignore
    expect(probabilitiesOf(logitsOf(alike, [5, 5]))).toEqual([expect.closeTo(0.5, 9), expect.closeTo(0.5, 9)]);
    const dark = await fitDirections({ vectors: [[0, 0], [0, 0]], labels: [0, 1], classes: 2 }, pause); // prettier-ignore
    expect(probabilitiesOf(logitsOf(dark, [1, 0]))).toEqual([0.5, 0.5]);
  });
});

describe('the logistic head', () => {
  it('is at the minimum of its penalized loss, where all differences are 0', async () => {
    const random = new Random(1);
    const vectors = Array.from({ length: 30 }, (_, i) => [random.normal() + (i % 3), random.normal(), random.normal()]);
    const labels = vectors.map((_, i) => (i % 3 === 0 ? 0 : i % 2 === 0 ? 1 : 2));
    const head = await fitLogistic({ vectors, labels, classes: 3 }, toZero(3, 3));
    const counts = [0, 1, 2].map((k) => labels.filter((label) => label === k).length);
    const weightOf = labels.map((label) => 1 / (3 * counts[label]!));
    const weighted = (value: (vector: number[]) => number) =>
      vectors.reduce((sum, v, i) => sum + weightOf[i]! * value(v), 0);
    const mean = [0, 1, 2].map((j) => weighted((v) => v[j]!));
    const scale = 1 / Math.sqrt(weighted((v) => v.reduce((sum, x, j) => sum + (x - mean[j]!) ** 2, 0)));
    const loss = (values: readonly number[]) => {
      const [weights, bias] = [Float64Array.from(values.slice(0, 9)), Float64Array.from(values.slice(9))];
      const losses = vectors.map((vector, i) => {
        const row = probabilitiesOf(logitsOf({ weights, bias }, vector));
        return -Math.log(row[labels[i]!]!) * weightOf[i]!;
      });
      const shifts = [0, 1, 2].map((k) => bias[k]! + mean.reduce((sum, m, j) => sum + weights[3 * k + j]! * m, 0));
      const penalty = weights.reduce((sum, w) => sum + (w / scale) ** 2, 0) + shifts.reduce((sum, b) => sum + b * b, 0);
      return losses.reduce((a, b) => a + b) + 0.05 * penalty;
    };
    const found = [...head.weights, ...head.bias];
    found.forEach((_, at) => {
      const moved = (by: number) => loss(found.map((value, i) => (i === at ? value + by : value)));
      expect(Math.abs(moved(1e-4) - moved(-1e-4)) / 2e-4).toBeLessThan(1e-5);
    });
  });

  it('is the same each time, and lets a class with few samples count as much as one with many', async () => {
    const rare: LabeledVectors = { vectors: [[1], ...Array.from({ length: 50 }, () => [-1])], labels: [0, ...Array.from({ length: 50 }, () => 1)], classes: 2 }; // prettier-ignore
    const head = await fitLogistic(rare, toZero(2, 1));
    expect(await fitLogistic(rare, toZero(2, 1))).toEqual(head);
    expect(probabilitiesOf(logitsOf(head, [0]))).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.5, 1)]);
  });

  it('stays at the head that the penalty draws to where samples agree with it', async () => {
    const prior = { weights: Float64Array.of(100, 0, -100, 0), bias: Float64Array.of(-50, 50) };
    const certain = { vectors: [[1, 0], [0, 0]], labels: [0, 1], classes: 2 }; // prettier-ignore
    const head = await fitLogistic(certain, { prior, penalty: 0.1, pause });
    expect(Array.from(head.weights)).toBeAllClose(Array.from(prior.weights), { atol: 1e-3 });
  });
});

describe('the class for all that is not certain', () => {
  it('begins where the best of two classes has the given probability', () => {
    const rejecting = withRejection({ weights: Float64Array.of(3, 1), bias: Float64Array.of(0, 0) }, 0.8);
    const at = (p: number) => Math.log(p / (1 - p)) / 2; // where the difference of the logits 3x and x is that of p
    const best = (x: number) => {
      const logits = logitsOf(rejecting, [x]);
      return logits.indexOf(Math.max(...logits));
    };
    expect([best(at(0.81)), best(at(0.79)), best(at(0.21)), best(at(0.19))]).toEqual([0, 2, 2, 1]);
  });
});
