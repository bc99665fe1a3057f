import { within } from '../../src/errors';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { WeightsError } from '../../src/errors';
import { decodeModel } from '../../src/storage/decode';
import { draftCard } from '../support/cards';

const FIXTURES = new URL('../interchange/fixtures/elsewhere/', import.meta.url);
const decode = (name: string) => {
  const modelJson = JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')) as never;
  return within('weights x', () => decodeModel({ modelJson, weights: new ArrayBuffer(8), card: draftCard() }));
};

it.each([
  [
    'graph_model.json',
    /^weights x: model\.json: expected a layers model, received a graph model of TensorFlow\.js.*importKeras/,
  ],
  [
    'converted.json',
    /^weights x: model\.json: expected a topology of TensorFlow\.js or Keras 2, received one of Keras 3.*importKeras/,
  ],
])('decodeModel names the format of %s and the way out', async (name, message) => {
  await expect(decode(name)).rejects.toThrow(WeightsError);
  await expect(decode(name)).rejects.toThrow(message);
});
