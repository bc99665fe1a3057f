import { within } from '../../src/errors';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createShallowCnn } from '../../src/models/shallow';
import { card as checkCard } from '../../src/storage/card-schema';
import { encodeModel, type EncodedModel } from '../../src/storage/encode';
import { loadModel } from '../../src/storage/load-model';
import { describeOn, expectNoLeaks } from '../support/backends';
import { draftCard, fullCard } from '../support/cards';
import { fuzz, keepsContract, mutated, mutatedJson, timeoutFor } from './fuzz';

const ADDRESS = 'https://weights.test/model.json';

describeOn(['cpu'], 'damaged and hostile weights', () => {
  expectNoLeaks();

  let good: EncodedModel;
  /** What the server has, by the last part of the address. */
  const served = new Map<string, Uint8Array<ArrayBuffer>>();
  const asked = new Set<string>();
  const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value) ?? '');

  beforeAll(async () => {
    const model = createShallowCnn({ conv: { filters: [1, 1] }, dense: { units: [2] }, inputSize: [4, 4] });
    good = await within('good', () => encodeModel(model, { card: draftCard([4, 4]), dtype: 'float16' }));
    model.dispose();
    vi.stubGlobal('fetch', async (url: URL) => {
      asked.add(url.host);
      return new Response(served.get(url.pathname.slice(1)) ?? null, { status: 200 });
    });
  });
  afterAll(() => vi.unstubAllGlobals());

  /** Loads with some of the files replaced; what loads must be whole. */
  function load(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Promise<void> {
    served.set('model.json', bytesOf(good.modelJson));
    served.set('card.json', bytesOf(good.card));
    served.set('weights.bin', new Uint8Array(good.weights));
    for (const [name, bytes] of Object.entries(files)) served.set(name, bytes);
    return keepsContract(async () => {
      const { model, card } = await loadModel(ADDRESS);
      try {
        expect(model.countParams()).toBe(good.card.parameters);
        expect([good.card.weights!.sha256, undefined]).toContain(card.weights!.sha256); // a card may have no hash
      } finally {
        model.dispose();
      }
    });
  }

  it(
    'model.json with changed bytes',
    async () => {
      await fuzz(0.06, mutated(bytesOf(good.modelJson)), (bytes) => load({ 'model.json': bytes }));
    },
    timeoutFor(0.06),
  );

  it(
    'model.json with changed values',
    async () => {
      await fuzz(0.08, mutatedJson(good.modelJson), (json) => load({ 'model.json': bytesOf(json) }));
    },
    timeoutFor(0.08),
  );

  it(
    'card.json with changed bytes or values',
    async () => {
      const inputs = fc.oneof(mutated(bytesOf(good.card)), mutatedJson(good.card).map(bytesOf));
      await fuzz(0.05, inputs, (bytes) => load({ 'card.json': bytes }));
      await fuzz(0.05, mutatedJson(fullCard()), (card) =>
        keepsContract(() => checkCard('card:', JSON.parse(JSON.stringify(card) ?? 'null'))),
      );
    },
    timeoutFor(0.1),
  );

  it(
    'weights.bin with changed bytes: never used, since the hash on the card does not fit',
    async () => {
      await fuzz(0.05, mutated(new Uint8Array(good.weights)), (bytes) => load({ 'weights.bin': bytes }));
    },
    timeoutFor(0.05),
  );

  it(
    'weights.bin with changed bytes and a card that has their hash: a whole network or a WeightsError',
    async () => {
      await fuzz(0.04, mutated(new Uint8Array(good.weights)), async (bytes) => {
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const card = { ...good.card, weights: { ...good.card.weights!, bytes: bytes.length, sha256 } };
        served.set('model.json', bytesOf(good.modelJson));
        served.set('card.json', bytesOf(card));
        served.set('weights.bin', bytes);
        await keepsContract(async () => {
          const { model } = await loadModel(ADDRESS);
          const parameters = model.countParams();
          model.dispose();
          expect(parameters).toBe(good.card.parameters);
        });
      });
    },
    timeoutFor(0.04),
  );

  it('never led to another server', () => {
    expect([...asked]).toEqual(['weights.test']);
  });
});
