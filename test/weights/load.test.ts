import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest';
import { InputError, WeightsError } from '../../src/errors';
import { createShallowCnn } from '../../src/models/shallow';
import { base64OfBytes } from '../../src/weights/base64';
import { readBundled } from '../../src/weights/bundled';
import { CARD_KEY, type LoadedModel } from '../../src/weights/decode';
import { encodeModel, type EncodedModel } from '../../src/weights/encode';
import { loadWeights } from '../../src/weights/load';
import { describeOn, expectNoLeaks } from '../support/backends';
import { draftCard } from '../support/cards';

const SIZE: readonly [number, number] = [8, 8];

async function encodeTiny(): Promise<EncodedModel> {
  const model = createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [3] }, inputSize: SIZE });
  try {
    return await encodeModel(model, { card: draftCard(SIZE), dtype: 'float16' });
  } finally {
    model.dispose();
  }
}

function artifactsOf({ modelJson, weights }: EncodedModel): tf.io.ModelArtifacts {
  const { modelTopology, weightsManifest } = modelJson;
  return { modelTopology, weightSpecs: weightsManifest[0]!.weights, weightData: weights };
}

describeOn(['cpu'], 'loadWeights from a handler', () => {
  expectNoLeaks();

  it('takes the card as an option', async () => {
    const encoded = await encodeTiny();
    const { model, card } = await loadWeights(tf.io.fromMemory(artifactsOf(encoded)), { card: encoded.card });
    expect(card).toEqual(encoded.card);
    expect(model.countParams()).toBe(card.parameters);
    model.dispose();
  });

  it('takes what a module of weights exports', async () => {
    const { modelJson, weights, card } = await encodeTiny();
    const weightsBase64 = base64OfBytes(new Uint8Array(weights));
    const { model, card: loaded } = await loadWeights({ modelJson, weightsBase64, card });
    expect(loaded).toEqual(card);
    expect(model.countParams()).toBe(card.parameters);
    model.dispose();
  });

  it('refuses a module with damaged text, or without a card', async () => {
    const { modelJson, weights, card } = await encodeTiny();
    const weightsBase64 = base64OfBytes(new Uint8Array(weights));
    const module = { modelJson, weightsBase64, card };
    for (const [wrong, message] of [
      [{ weightsBase64: '%' }, /^weights 'test': weightsBase64: expected base64, received "%"\.$/],
      [{ weightsBase64: undefined }, /^weights 'test': weightsBase64: expected base64, received undefined\.$/],
      [{ card: undefined }, /^weights '\?': card\.json: expected an object, received nothing\.$/],
    ] as const) {
      const loading = loadWeights({ ...module, ...wrong } as never);
      await expect(loading).rejects.toThrow(WeightsError);
      await expect(loading).rejects.toThrow(message);
    }
  });

  it('takes the card that a loaded model handed on when it was saved', async () => {
    const encoded = await encodeTiny();
    const first = await loadWeights(tf.io.fromMemory(artifactsOf(encoded)), { card: encoded.card });
    let saved: tf.io.ModelArtifacts = {};
    const keep = tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    });
    await first.model.save(keep);
    first.model.dispose();
    const { model, card } = await loadWeights(tf.io.fromMemory(JSON.parse(JSON.stringify(saved), revive(saved))));
    expect(card).toMatchObject({
      ...draftCard(SIZE),
      weights: { dtype: 'float32' },
      parameters: encoded.card.parameters,
    });
    model.dispose();
  });

  /** Puts the weight data, which JSON cannot hold, back. */
  const revive = (saved: tf.io.ModelArtifacts) => (key: string, value: unknown) =>
    key === 'weightData' ? saved.weightData : value;

  it('takes weight data in several buffers', async () => {
    const encoded = await encodeTiny();
    const weightData = [encoded.weights.slice(0, 101), encoded.weights.slice(101)];
    const handler = tf.io.fromMemory({ ...artifactsOf(encoded), weightData });
    const { model } = await loadWeights(handler, { card: encoded.card });
    model.dispose();
  });

  it('refuses a model without a card, without weights, or with a damaged card in its metadata', async () => {
    const artifacts = artifactsOf(await encodeTiny());
    const load = (changes: tf.io.ModelArtifacts) => loadWeights(tf.io.fromMemory({ ...artifacts, ...changes }));
    await expect(load({})).rejects.toThrow(/expected a card .* Give the option card/);
    await expect(load({ weightSpecs: [] })).rejects.toThrow(WeightsError);
    await expect(load({ userDefinedMetadata: { [CARD_KEY]: { name: 'x' } } })).rejects.toThrow(/architecture/);
    const topologyOnly = tf.io.fromMemory({ modelTopology: artifacts.modelTopology! });
    await expect(loadWeights(topologyOnly)).rejects.toThrow(/expected a LayersModel with weights/);
  });
});

describeOn(['cpu'], 'loadWeights from an address', () => {
  expectNoLeaks();

  let server: Server;
  let base = '';
  const files = new Map<string, Buffer>();
  let aloneClosed = false;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const body = files.get(request.url!.split('?')[0]!);
      if (request.url === '/silent/card.json') return; // no answer at all
      if (request.url === '/alone/card.json') return void response.on('close', () => (aloneClosed = true));
      if (request.url === '/stalled/weights.bin') return void response.writeHead(200).write('x');
      if (request.url === '/endless/weights.bin') return pour(response);
      if (request.url === '/broken/weights.bin')
        response.writeHead(200, { 'content-length': 1e6 }).write('x', () => response.destroy());
      else if (request.url === '/empty/model.json') response.writeHead(204).end();
      else response.writeHead(body ? 200 : 404).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { modelJson, weights, card } = await encodeTiny();
    const json = (value: unknown) => Buffer.from(JSON.stringify(value));
    const folders = ['/whole', '/broken', '/bad', '/stalled', '/endless'];
    for (const folder of [...folders, '/bare', '/silent']) files.set(`${folder}/model.json`, json(modelJson));
    for (const folder of folders) files.set(`${folder}/card.json`, json(card));
    for (const folder of ['/whole', '/bare']) files.set(`${folder}/weights.bin`, Buffer.from(weights));
    files.set('/bad/weights.bin', Buffer.from(weights.slice(4)));
    files.set('/text/model.json', Buffer.from('<!doctype html><title>Not found</title>'));
    files.set('/text/card.json', json(card));
    const paths = ['a.bin', 'b.bin'];
    files.set(
      '/shards/model.json',
      json({ ...modelJson, weightsManifest: [{ ...modelJson.weightsManifest[0]!, paths }] }),
    );
    files.set('/shards/card.json', json(card));
    files.set('/shards/a.bin', Buffer.from(weights.slice(0, 50)));
    files.set('/shards/b.bin', Buffer.from(weights.slice(50)));
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  /** Answers with bytes that never end. */
  function pour(response: ServerResponse): void {
    const more = () => {
      while (!response.destroyed && response.write(new Uint8Array(1 << 16)));
    };
    response.on('drain', more).writeHead(200);
    more();
  }

  it('finds card and weights beside model.json, and reports progress up to 1', async () => {
    const fractions: number[] = [];
    const onProgress = (fraction: number) => fractions.push(fraction);
    const { model, card } = await loadWeights(`${base}/whole/model.json?v=1`, { onProgress });
    expect(card.name).toBe('test');
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    model.dispose();
  });

  it('takes a URL object, and weights in several files', async () => {
    const { model } = await loadWeights(new URL(`${base}/shards/model.json`));
    model.dispose();
  });

  it('takes the card as an option where none lies beside the model', async () => {
    const { model, card } = await loadWeights(`${base}/bare/model.json`, { card: draftCard(SIZE) });
    expect(card.weights.dtype).toBe('float16');
    model.dispose();
  });

  it.each([
    ['/bare/model.json', /card\.json: expected an answer with status 200, received status 404\. Put it beside/],
    ['/empty/model.json', /empty\/(model|card)\.json: expected an answer with status 200, received status (204|404)/],
    ['/nowhere/model.json', /nowhere\/(model|card)\.json: expected an answer with status 200, received status 404/],
    ['/text/model.json', /text\/model\.json: expected JSON, received "<!doctype/],
    ['/bad/model.json', /weights\.bin: expected \d+ bytes, received \d+/],
    ['/broken/model.json', /broken\/weights\.bin: expected the whole file, received (1 of its bytes|none)\.$/],
  ])('refuses %s and names the file', async (path, message) => {
    const loading = loadWeights(base + path);
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(message);
  });

  it('refuses a server that cannot be reached, and keeps the cause', async () => {
    const loading = loadWeights('http://127.0.0.1:1/model.json');
    await expect(loading).rejects.toMatchObject({ name: 'WeightsError', cause: expect.any(Error) });
  });

  it('stops when told, with the reason of the signal', async () => {
    const reason = new Error('enough');
    const aborted = AbortSignal.abort(reason);
    await expect(loadWeights(`${base}/whole/model.json`, { signal: aborted })).rejects.toBe(reason);
    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    const loading = loadWeights(`${base}/shards/model.json`, { signal: controller.signal, onProgress });
    await expect(loading).rejects.toBe(reason);
  });

  it.each([
    ['silent', /silent\/card\.json: expected data, received none for 1500 ms\. Try again/],
    ['stalled', /stalled\/weights\.bin: expected data, received none for 1500 ms\. Try again/],
  ])('breaks off a %s download after timeoutMs', async (folder, message) => {
    const loading = loadWeights(`${base}/${folder}/model.json`, { timeoutMs: 1500 });
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(message);
  });

  it('lets go of the card when there is no model', async () => {
    await expect(loadWeights(`${base}/alone/model.json`)).rejects.toThrow(/alone\/model\.json: .* status 404/);
    await expect.poll(() => aloneClosed).toBe(true);
  });

  it('hands on what onProgress throws', async () => {
    const error = new Error('no space in the page');
    const onProgress = () => {
      throw error;
    };
    await expect(loadWeights(`${base}/whole/model.json`, { onProgress })).rejects.toBe(error);
  });

  it('breaks off a file that is longer than the manifest says', async () => {
    const loading = loadWeights(`${base}/endless/model.json`);
    await expect(loading).rejects.toThrow(/endless\/weights\.bin: expected at most \d+ bytes, received more/);
  });

  it('can be tried again after a failure', async () => {
    const whole = files.get('/whole/weights.bin')!;
    files.delete('/whole/weights.bin');
    await expect(loadWeights(`${base}/whole/model.json`)).rejects.toThrow(/received status 404/);
    files.set('/whole/weights.bin', whole);
    const { model } = await loadWeights(`${base}/whole/model.json`, { timeoutMs: Infinity });
    model.dispose();
  });

  it.each(['file:///tmp/model.json', './model.json', 'blob:nodedata:1', 'data:application/json,{}'])(
    'refuses %s outside a page and says what to do',
    async (url) => {
      await expect(loadWeights(url)).rejects.toThrow(/expected an address that can be fetched.*loadWeightsDirectory/);
    },
  );
});

describeOn(['cpu'], 'loadWeights', () => {
  expectNoLeaks();

  it.each([['medium'], [7], [null], [{}], [{ save: () => {} }]])('refuses the source %j', async (source) => {
    const loading = loadWeights(source as string);
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(/expected one of 'compact', 'deep', 'shallow', 'default', the address/);
  });

  it('refuses an unknown option', async () => {
    await expect(loadWeights('deep', { cards: {} } as never)).rejects.toThrow(/the option "cards"/);
    await expect(loadWeights('deep', { timeoutMs: 0 })).rejects.toThrow(/timeoutMs: expected a finite number in 1\.\./);
  });

  it('readBundled refuses a name that is not bundled', async () => {
    await expect(readBundled('medium' as 'deep')).rejects.toThrow(
      /expected one of "compact", "deep", "shallow", "default"/,
    );
  });

  it('has types that name the bundled weights and take any address', () => {
    expectTypeOf(loadWeights).returns.resolves.toEqualTypeOf<LoadedModel>();
    expectTypeOf(loadWeights).parameter(0).extract<'deep'>().toEqualTypeOf<'deep'>();
  });
});
