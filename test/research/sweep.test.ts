import { describe, expect, it } from 'vitest';
import { expandGrid, nameOf, sweepTable } from '../../research/support/sweep';

const result = { parameters: 1234, trainingLoss: 1, loss: 1.5, seconds: 3 };

describe('expandGrid', () => {
  it('gives every combination of each grid over the base, each setting once', () => {
    const settings = expandGrid('grid.json', {
      base: { epochs: 2, 'network.conv.dropout': 0.1 },
      grids: [{ 'optimization.peak': [0.1, 0.2], 'network.conv.repeats': [1, 2] }, { 'optimization.peak': [0.1], 'network.conv.repeats': [2] }], // prettier-ignore
    });
    expect(settings.map(({ optimization, network }) => [optimization.peak, network.conv])).toEqual([
      [0.1, { dropout: 0.1, repeats: 1 }],
      [0.1, { dropout: 0.1, repeats: 2 }],
      [0.2, { dropout: 0.1, repeats: 1 }],
      [0.2, { dropout: 0.1, repeats: 2 }],
    ]);
    expect(settings[0]).toMatchObject({ epochs: 2, model: 'compact', batchSize: 128 });
    expect(new Set(settings.map(nameOf)).size).toBe(4);
  });

  it('refuses a file without grids and a path that leads nowhere', () => {
    expect(() => expandGrid('grid.json', {} as never)).toThrow('expected a list "grids"');
    expect(() => expandGrid('grid.json', { grids: [{ rate: [1] }] })).toThrow(/received "rate"/);
  });
});

describe('sweepTable', () => {
  it('has a column for what differs, the most accurate setting first', () => {
    const [a, b] = expandGrid('grid.json', { grids: [{ 'optimization.peak': [0.1, 0.2] }] });
    const table = sweepTable([
      { settings: a!, accuracy: 0.5, ...result },
      { settings: b!, accuracy: 0.6, ...result },
    ]);
    expect(table.split('\n')).toEqual([
      '| optimization.peak | parameters | training loss | loss | accuracy | seconds |',
      '| --- | --- | --- | --- | --- | --- |',
      '| 0.2 | 1,234 | 1.000 | 1.500 | 60.0 % | 3 |',
      '| 0.1 | 1,234 | 1.000 | 1.500 | 50.0 % | 3 |',
      '',
    ]);
  });
});
