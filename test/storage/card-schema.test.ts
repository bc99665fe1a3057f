import { describe, expect, it } from 'vitest';
import { WeightsError } from '../../src/errors';
import { card as checkCard, notes } from '../../src/storage/card-schema';
import { fullCard } from '../support/cards';

type Json = Record<string, unknown>;

/** The full card with the value at a path replaced; undefined removes it. */
function withValue(path: string, value: unknown): Json {
  const card = structuredClone(fullCard()) as unknown as Json;
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((object, key) => object[key] as Json, card);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return card;
}

const check = (value: unknown) => checkCard('card', value);

describe('the check of a card', () => {
  it('takes a card on which everything is filled in, and one with only what is required', () => {
    check(fullCard());
    const { formatVersion, name, architecture, classNames, preprocessing, parameters, weights } = fullCard();
    check({ formatVersion, name, architecture, classNames, preprocessing, parameters, weights });
    check({ ...fullCard(), weights: { dtype: 'float32', bytes: 4 } }); // a page without TLS has no SHA-256
    check({ ...fullCard(), preprocessing: { inputSize: [48, 48], channels: 3, mean: [0.4, 0.5, 0.6], std: 1 } });
  });

  const WRONG: [path: string, value: unknown, message: RegExp][] = [
    ['formatVersion', 2, /card: formatVersion: expected one of 1, received 2/],
    ['formatVersion', undefined, /card: formatVersion: expected one of 1, received undefined/],
    ['name', '', /card: name: expected a non-empty string, received ""/],
    ['architecture', undefined, /card: architecture: expected a non-empty string, received undefined/],
    ['classNames', ['happy'], /card: classNames: expected 2 to 255 class names, received 1/],
    ['classNames', ['happy', 'happy'], /card: classNames: expected distinct class names/],
    ['classNames', 'happy', /card: classNames: expected an array of class names/],
    ['classNames.3', 7, /card: classNames\[3\]: expected a name, received 7/],
    ['preprocessing', undefined, /card: preprocessing: expected an object, received undefined/],
    ['preprocessing.inputSize', [48], /card: preprocessing\.inputSize: expected height and width, received \[48\]/],
    [
      'preprocessing.inputSize.0',
      0,
      /card: preprocessing\.inputSize\[0\]: expected an integer of at least 1, received 0/,
    ],
    ['preprocessing.mean', 'half', /card: preprocessing\.mean: expected a finite number/],
    ['preprocessing.std', 0, /card: preprocessing\.std: expected a finite number/],
    [
      'preprocessing.standardDeviation',
      1,
      /card: preprocessing: expected keys among \[inputSize, .*, received the key "standardDeviation"/,
    ],
    ['preprocessing.channels', 2, /card: preprocessing\.channels: expected one of 1, 3, received 2/],
    ['preprocessing.mean', [0.4, 0.5], /card: preprocessing\.mean: expected/],
    ['outputs', 'scores', /card: outputs: expected one of/],
    ['parameters', 1.5, /card: parameters: expected an integer/],
    ['weights.sha256', 'abc', /card: weights\.sha256: expected a SHA-256 of 64 hexadecimal digits/],
    ['weights.bytes', -1, /card: weights\.bytes: expected an integer of at least 1/],
    ['weights.dtype', 'int4', /card: weights\.dtype: expected one of/],
    ['data.rows', undefined, /card: data\.rows: expected an integer of at least 1, received undefined/],
    ['training.seed', -1, /card: training\.seed: expected an integer of at least 0/],
    ['training.date', 'yesterday', /card: training\.date: expected a date like 2026-01-31/],
    ['training.softTargets', 1, /card: training\.softTargets: expected a non-empty string/],
    ['metrics.0.accuracy', 58.3, /card: metrics\[0\]\.accuracy: expected a finite number in 0\.\.1, received 58\.3/],
    ['metrics.0.figures.macroF1', NaN, /card: metrics\[0\]\.figures\.macroF1: expected a finite number/],
    ['quantization.unchangedLabels', 2, /card: quantization\.unchangedLabels: expected a finite number in 0\.\.1/],
    ['versions', ['4.22.0'], /card: versions: expected an object/],
    ['limitations', [''], /card: limitations\[0\]: expected a non-empty string/],
    ['licence', 'MIT', /card: expected keys among .* received the key "licence"/],
  ];

  it.each(WRONG)('refuses %s = %j and names the key', (path, value, message) => {
    const checking = () => check(withValue(path, value));
    expect(checking).toThrow(WeightsError);
    expect(checking).toThrow(message);
  });

  it.each([null, undefined, 'card', [], 7])('refuses %j in place of a card', (value) => {
    expect(() => checkCard('card.json', value)).toThrow(/^card\.json: expected an object/);
    expect(() => checkCard('card.json', value)).toThrow(WeightsError);
  });

  it('of the notes alone leaves out what the library fills in itself', () => {
    notes('card', {});
    notes('card', { name: 'mine', license: 'MIT' });
    expect(() => notes('card', { name: '' })).toThrow(/card: name: expected a non-empty string/);
    expect(() => notes('card', { metrics: [{}] })).toThrow(/card: metrics\[0\]\.split/);
  });
});
