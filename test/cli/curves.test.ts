import { expect, it } from 'vitest';
import { curvesSvg } from '../../src/cli/curves';

const history = [1, 2, 3].map((epoch) => {
  const record = { epoch, loss: 2 / epoch, accuracy: 0.2 * epoch, learningRate: 0.1, seconds: 1 };
  return { ...record, valLoss: 2.2 / epoch, valAccuracy: 0.15 * epoch };
});

it('training curves have a point for each epoch and say where they end', () => {
  const svg = curvesSvg('Training', history);
  const lines = [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points!.split(' '));
  expect(lines.map(({ length }) => length)).toEqual([3, 3, 3, 3]);
  const heights = lines.map((points) => points.map((point) => Number(point.split(',')[1])));
  expect(heights[0]).toEqual(heights[0]!.toSorted((a, b) => a - b)); // the loss falls: down the picture
  expect(heights[2]).toEqual(heights[2]!.toSorted((a, b) => b - a)); // the accuracy rises
  expect(svg).toContain('3 epochs; PublicTest at the end 45.0 %');
});

it('a run without validation has the curves of training alone', () => {
  const svg = curvesSvg(
    'Training',
    history.map(({ epoch, loss, accuracy, learningRate, seconds }) => ({
      epoch,
      loss,
      accuracy,
      learningRate,
      seconds,
    })),
  );
  expect(svg).not.toContain('NaN,');
  expect([...svg.matchAll(/<polyline points=""/g)]).toHaveLength(2);
});
