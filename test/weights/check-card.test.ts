import { describe, expect, it } from 'vitest';
import { WeightsError } from '../../src/errors';
import { checkCard, checkCardDraft } from '../../src/weights/check-card';
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

describe('checkCard', () => {
  it('takes a card on which everything is filled in, and one with only what is required', () => {
    checkCard(fullCard());
    const { formatVersion, name, architecture, labels, preprocessing, parameters, weights } = fullCard();
    checkCard({ formatVersion, name, architecture, labels, preprocessing, parameters, weights });
    checkCardDraft({ name, architecture, labels, preprocessing });
  });

  const WRONG: [path: string, value: unknown, message: RegExp][] = [
    ['formatVersion', 2, /card: formatVersion: expected one of \[1\], received 2/],
    ['formatVersion', undefined, /card: formatVersion: expected one of \[1\], received nothing/],
    ['name', '', /card: name: expected a text, received ""/],
    ['architecture', undefined, /card: architecture: expected a text, received nothing/],
    ['labels', ['happy'], /card: labels: expected a list of length at least 2/],
    ['labels', ['happy', 'happy'], /card: labels: expected texts that differ/],
    ['labels', 'happy', /card: labels: expected a list/],
    ['labels.3', 7, /card: labels\[3\]: expected a text, received 7/],
    ['preprocessing', undefined, /card: preprocessing: expected an object, received nothing/],
    ['preprocessing.inputSize', [48], /card: preprocessing\.inputSize: expected a list of length 2/],
    [
      'preprocessing.inputSize.0',
      0,
      /card: preprocessing\.inputSize\[0\]: expected an integer of at least 1, received 0/,
    ],
    ['preprocessing.mean', 'half', /card: preprocessing\.mean: expected a number/],
    ['preprocessing.standardDeviation', 0, /card: preprocessing\.standardDeviation: expected a number/],
    ['preprocessing.std', 1, /card: preprocessing\.std: expected one of the keys \[inputSize, mean/],
    ['parameters', 1.5, /card: parameters: expected an integer/],
    ['weights.sha256', 'abc', /card: weights\.sha256: expected a text like/],
    ['weights.bytes', -1, /card: weights\.bytes: expected an integer of at least 1/],
    ['weights.dtype', 'int4', /card: weights\.dtype: expected one of/],
    ['data.rows', undefined, /card: data\.rows: expected an integer of at least 1, received nothing/],
    ['training.seed', -1, /card: training\.seed: expected an integer of at least 0/],
    ['training.date', 'yesterday', /card: training\.date: expected a text like/],
    ['training.softTargets', 1, /card: training\.softTargets: expected a text/],
    ['metrics.0.accuracy', 58.3, /card: metrics\[0\]\.accuracy: expected a number in 0\.\.1, received 58\.3/],
    ['metrics.0.figures.macroF1', NaN, /card: metrics\[0\]\.figures\.macroF1: expected a number/],
    ['quantization.unchangedLabels', 2, /card: quantization\.unchangedLabels: expected a number in 0\.\.1/],
    ['versions', ['4.22.0'], /card: versions: expected an object/],
    ['limitations', [''], /card: limitations\[0\]: expected a text/],
    ['licence', 'MIT', /card: licence: expected one of the keys/],
  ];

  it.each(WRONG)('refuses %s = %j and names the key', (path, value, message) => {
    const check = () => checkCard(withValue(path, value));
    expect(check).toThrow(WeightsError);
    expect(check).toThrow(message);
  });

  it.each([null, undefined, 'card', [], 7])('refuses %j in place of a card', (value) => {
    expect(() => checkCard(value, 'card.json')).toThrow(/^card\.json: expected an object/);
    expect(() => checkCardDraft(value, 'card.json')).toThrow(WeightsError);
  });
});
