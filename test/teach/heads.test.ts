import { describe, expect, it } from 'vitest';
import { softmaxRows } from '../../src/metrics/probability';
import { Random } from '../../src/random';
import { type LabeledVectors, logitsOf, withRejection } from '../../src/teach/linear';
import { fitLogistic } from '../../src/teach/logistic';
import { fitPrototypes } from '../../src/teach/prototypes';

const pause = async () => {};
const DATA: LabeledVectors = { vectors: [[0, 0], [2, 0], [0, 4], [0, 6]], labels: [0, 0, 1, 1], classes: 2 }; // prettier-ignore
const probabilitiesOf = (logits: Float64Array) => Array.from(softmaxRows(logits, logits.length));

describe('prototypes', () => {
  it('name the class whose mean is nearest', () => {
    const head = fitPrototypes(DATA); // the means are [1, 0] and [0, 5]
    const difference = (x: number, y: number) => {
      const [a, b] = logitsOf(head, [x, y]);
      return a! - b!;
    };
    expect(difference(0.5, 2.5)).toBeCloseTo(0, 10); // halfway
    expect(difference(1, 0)).toBeCloseTo(3, 10); // the margin at a mean
    expect(difference(0, 5)).toBeCloseTo(-3, 10);
  });

  it('give equal probabilities if all samples are alike', () => {
    const head = fitPrototypes({ vectors: [[1, 2], [1, 2]], labels: [0, 1], classes: 2 }); // prettier-ignore
    expect(probabilitiesOf(logitsOf(head, [5, 5]))).toEqual([0.5, 0.5]);
  });
});

describe('the logistic head', () => {
  it('is at the minimum of its penalized loss, where all differences are 0', async () => {
    const random = new Random(1);
    const vectors = Array.from({ length: 30 }, (_, i) => [random.normal() + (i % 3), random.normal(), random.normal()]);
    const labels = vectors.map((_, i) => (i % 3 === 0 ? 0 : i % 2 === 0 ? 1 : 2));
    const head = await fitLogistic({ vectors, labels, classes: 3 }, { pause });
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
    const head = await fitLogistic(rare, { pause });
    expect(await fitLogistic(rare, { pause })).toEqual(head);
    expect(probabilitiesOf(logitsOf(head, [0]))).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.5, 1)]);
  });

  it('stays at the head that the penalty draws to where samples agree with it', async () => {
    const prior = { weights: Float64Array.of(100, 0, -100, 0), bias: Float64Array.of(-50, 50) };
    const certain = { vectors: [[1, 0], [0, 0]], labels: [0, 1], classes: 2 }; // prettier-ignore
    const head = await fitLogistic(certain, { prior, pause });
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
