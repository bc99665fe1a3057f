import { within } from '../../src/errors';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, expectTypeOf, it } from 'vitest';
import { InputError, WeightsError } from '../../src/errors';
import { createShallowCnn } from '../../src/models/shallow';
import { factsOf } from '../../src/models/known-facts';
import { base64OfBytes } from '../../src/base64';
import type { LoadedModel } from '../../src/storage/decode-bundled';
import { encodeModel, type EncodedModel } from '../../src/storage/encode';
import { loadModel } from '../../src/storage/load-model';
import { describeOn, expectNoLeaks } from '../support/backends';
import { draftCard } from '../support/cards';

const SIZE: readonly [number, number] = [8, 8];

async function encodeTiny(): Promise<EncodedModel> {
  const model = createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [3] }, inputSize: SIZE });
  try {
    return await within('tiny', () => encodeModel(model, { card: draftCard(SIZE), dtype: 'float16' }));
  } finally {
    model.dispose();
  }
}

function artifactsOf({ modelJson, weights }: EncodedModel): tf.io.ModelArtifacts {
  const { modelTopology, weightsManifest } = modelJson;
  return { modelTopology, weightSpecs: weightsManifest[0]!.weights, weightData: weights };
}

describeOn(['cpu'], 'loadModel from a handler', () => {
  expectNoLeaks();

  it('takes the card as an option', async () => {
    const encoded = await encodeTiny();
    const { model, card } = await loadModel(tf.io.fromMemory(artifactsOf(encoded)), { card: encoded.card });
    expect(card).toEqual(encoded.card);
    expect(model.countParams()).toBe(card.parameters);
    model.dispose();
  });

  it('takes what a module of weights exports', async () => {
    const { modelJson, weights, card } = await encodeTiny();
    const weightsBase64 = base64OfBytes(new Uint8Array(weights));
    const { model, card: loaded } = await loadModel({ modelJson, weightsBase64, card });
    expect(loaded).toEqual(card);
    expect(model.countParams()).toBe(card.parameters);
    model.dispose();
  });

  it('refuses a module with damaged text, or without a card', async () => {
    const { modelJson, weights, card } = await encodeTiny();
    const weightsBase64 = base64OfBytes(new Uint8Array(weights));
    const module = { modelJson, weightsBase64, card };
    for (const [wrong, message] of [
      [{ weightsBase64: '%' }, /weightsBase64: expected base64/],
      [{ weightsBase64: base64OfBytes(new Uint8Array(weights, 4)) }, /weights: expected \d+ bytes, received \d+/],
      [{ weightsBase64: undefined }, /weightsBase64: expected base64/],
      [{ card: undefined }, /card: expected an object, received nothing/],
      [{ card: 'tiny' }, /card: expected an object/],
      [{ modelJson: undefined }, /model\.json: expected an object with modelTopology/],
    ] as const) {
      const loading = loadModel({ ...module, ...wrong } as never);
      await expect(loading).rejects.toThrow(WeightsError);
      await expect(loading).rejects.toThrow(message);
    }
  });

  it.each([undefined, null, 1, 'model', {}])('refuses a handler that loads %j', async (artifacts) => {
    const loading = loadModel({ load: async () => artifacts as never });
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(/^loadModel: expected a LayersModel with weights, received one without/);
  });

  it('takes the card that a loaded model handed on when it was saved', async () => {
    const encoded = await encodeTiny();
    const first = await loadModel(tf.io.fromMemory(artifactsOf(encoded)), { card: encoded.card });
    let saved: tf.io.ModelArtifacts = {};
    const keep = tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    });
    await first.model.save(keep);
    first.model.dispose();
    const { model, card } = await loadModel(tf.io.fromMemory(JSON.parse(JSON.stringify(saved), revive(saved))));
    expect(card).toMatchObject({
      ...draftCard(SIZE),
      versions: encoded.card.versions,
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
    const { model } = await loadModel(handler, { card: encoded.card });
    model.dispose();
  });

  it('refuses a model without a card, without weights, or with a damaged card in its metadata', async () => {
    const artifacts = artifactsOf(await encodeTiny());
    const load = (changes: tf.io.ModelArtifacts) => loadModel(tf.io.fromMemory({ ...artifacts, ...changes }));
    await expect(load({})).rejects.toThrow(/^loadModel: card: .* received no class names or scaling of pixels/);
    await expect(load({ weightSpecs: [] })).rejects.toThrow(WeightsError);
    await expect(load({ userDefinedMetadata: { ferCnnCard: { classNames: 7 } } })).rejects.toThrow(
      /received no scaling/,
    );
    const topologyOnly = tf.io.fromMemory({ modelTopology: artifacts.modelTopology! });
    await expect(loadModel(topologyOnly)).rejects.toThrow(/expected a LayersModel with weights/);
  });
});

describeOn(['cpu'], 'loadModel from an address', () => {
  expectNoLeaks();

  let server: Server;
  let base = '';
  const files = new Map<string, Buffer>();
  const redirects = new Map<string, string>();
  let aloneClosed = false;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const body = files.get(request.url!.split('?')[0]!);
      const location = redirects.get(request.url!);
      if (location) return void response.writeHead(302, { location }).end();
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
    const { model, card } = await loadModel(`${base}/whole/model.json?v=1`, { onProgress });
    expect(card.name).toBe('test');
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    model.dispose();
  });

  it('takes a URL object, and weights in several files', async () => {
    const { model } = await loadModel(new URL(`${base}/shards/model.json`));
    model.dispose();
  });

  it('takes the card as an option where none lies beside the model', async () => {
    const { model, card } = await loadModel(`${base}/bare/model.json`, { card: draftCard(SIZE) });
    expect(card.weights!.dtype).toBe('float16');
    model.dispose();
  });

  it.each([
    ['/empty/model.json', /empty\/(model|card)\.json: expected an answer with status 200, received status (204|404)/],
    ['/nowhere/model.json', /nowhere\/(model|card)\.json: expected an answer with status 200, received status 404/],
    ['/text/model.json', /text\/model\.json: expected JSON, received a web page/],
    ['/bad/model.json', /bad\/model\.json: weights: expected \d+ bytes, received \d+/],
    ['/broken/model.json', /broken\/weights\.bin: expected the whole file, received (1 of its bytes, then )?\w+/],
  ])('refuses %s and names the file', async (path, message) => {
    const loading = loadModel(base + path);
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(message);
  });

  it('refuses a server that cannot be reached, and keeps the cause', async () => {
    const loading = loadModel('http://127.0.0.1:1/model.json');
    await expect(loading).rejects.toMatchObject({ name: 'WeightsError', cause: expect.any(Error) });
  });

  it('stops when told, with the reason of the signal', async () => {
    const reason = new Error('enough');
    const aborted = AbortSignal.abort(reason);
    await expect(loadModel(`${base}/whole/model.json`, { signal: aborted })).rejects.toBe(reason);
    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    const loading = loadModel(`${base}/shards/model.json`, { signal: controller.signal, onProgress });
    await expect(loading).rejects.toBe(reason);
  });

  it.each([
    ['silent', /silent\/card\.json: expected data, received none for 1500 ms\. Try again/],
    ['stalled', /stalled\/weights\.bin: expected data, received none for 1500 ms\. Try again/],
  ])('breaks off a %s download after timeoutMs', async (folder, message) => {
    const loading = loadModel(`${base}/${folder}/model.json`, { timeoutMs: 1500 });
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(message);
  });

  it('lets go of the card when there is no model', async () => {
    await expect(loadModel(`${base}/alone/model.json`)).rejects.toThrow(/alone\/model\.json: .* status 404/);
    await expect.poll(() => aloneClosed).toBe(true);
  });

  it('hands on what onProgress throws', async () => {
    const error = new Error('no space in the page');
    const onProgress = () => {
      throw error;
    };
    await expect(loadModel(`${base}/whole/model.json`, { onProgress })).rejects.toBe(error);
  });

  it('breaks off a file that is longer than the manifest says', async () => {
    const loading = loadModel(`${base}/endless/model.json`);
    await expect(loading).rejects.toThrow(/endless\/weights\.bin: expected at most \d+ bytes, received more/);
  });

  it('can be tried again after a failure', async () => {
    const whole = files.get('/whole/weights.bin')!;
    files.delete('/whole/weights.bin');
    await expect(loadModel(`${base}/whole/model.json`)).rejects.toThrow(/received status 404/);
    files.set('/whole/weights.bin', whole);
    const { model } = await loadModel(`${base}/whole/model.json`, { timeoutMs: Infinity });
    model.dispose();
  });

  it('takes the address of the folder too', async () => {
    const { model, card } = await loadModel(`${base}/whole/`);
    expect(card.name).toBe('test');
    model.dispose();
  });

  it('takes names and preprocessing from the model where no card lies beside it', async () => {
    const { model, card } = await loadModel(`${base}/bare`);
    expect(card).toMatchObject({ classNames: draftCard().classNames, preprocessing: draftCard(SIZE).preprocessing });
    model.dispose();
  });

  it.each(['model.json', 'card.json', 'weights.bin'])(
    'does not follow a redirection of %s to another server',
    async (name) => {
      let asked = false;
      const other = createServer((_, response) => {
        asked = true;
        response.end(files.get(`/whole/${name}`));
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      redirects.set(`/moved/${name}`, `${elsewhere}/${name}`);
      for (const each of ['model.json', 'card.json', 'weights.bin'])
        files.set(`/moved/${each}`, files.get(`/whole/${each}`)!);
      try {
        const loading = loadModel(`${base}/moved`);
        await expect(loading).rejects.toThrow(WeightsError);
        await expect(loading).rejects.toThrow(
          `moved/${name}: expected an answer from the server that was asked, received a redirection to ${elsewhere}`,
        );
        expect(asked).toBe(true); // fetch follows; nothing of the answer is read
      } finally {
        redirects.clear();
        other.closeAllConnections();
        await new Promise((resolve) => other.close(resolve));
      }
    },
  );

  it('follows a redirection on the same server', async () => {
    redirects.set('/old/model.json', '/whole/model.json');
    files.set('/old/card.json', files.get('/whole/card.json')!);
    files.set('/old/weights.bin', files.get('/whole/weights.bin')!);
    const { model } = await loadModel(`${base}/old`);
    redirects.clear();
    model.dispose();
  });

  it.each([
    ['blob:nodedata:1', /a URL that others can be beside, received a blob: URL/],
    ['data:application/json,{}', /a URL that others can be beside, received a data: URL/],
  ])('refuses %s, beside which nothing can lie', async (url, message) => {
    await expect(loadModel(url)).rejects.toThrow(message);
  });
});

describeOn(['cpu'], 'loadModel', () => {
  expectNoLeaks();

  it.each([[''], ['\0'], [7], [null], [{}], [[]], [{ save: () => {} }]])('refuses the source %j', async (source) => {
    const loading = loadModel(source as string);
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(
      /expected one of 'compact', 'deep', 'shallow', the path or URL of a directory/,
    );
  });

  it('refuses an unknown option', async () => {
    await expect(loadModel('deep', { cards: {} } as never)).rejects.toThrow(/the key "cards"/);
    await expect(loadModel('deep', { timeoutMs: 0 })).rejects.toThrow(/timeoutMs: expected a finite number in 1\.\./);
  });

  it.each(['medium', 'default'])(
    'says of %s, which is neither bundled nor a directory, what is bundled',
    async (name) => {
      const loading = loadModel(name);
      await expect(loading).rejects.toThrow(WeightsError);
      await expect(loading).rejects.toThrow(/ENOENT.* The bundled models are 'compact', 'deep', 'shallow'\.$/);
    },
  );

  it('refuses a place that tfjs does not know here', async () => {
    await expect(loadModel('indexeddb://mine')).rejects.toThrow(/a place that tfjs can load from here/);
    await expect(loadModel('ftp://example.org/mine')).rejects.toThrow(InputError);
  });

  it('has types that name the bundled weights and take any address', () => {
    expectTypeOf(loadModel).returns.resolves.toEqualTypeOf<LoadedModel>();
    expectTypeOf(loadModel).parameter(0).extract<'deep'>().toEqualTypeOf<'deep'>();
  });
});

describeOn(['cpu'], 'loadModel with a bundled name', () => {
  expectNoLeaks();

  it('loads the compact model where nothing is named, each time another copy, with its card', async () => {
    const [first, second] = await Promise.all([loadModel(), loadModel('compact')]);
    expect(first.card).toEqual(second.card);
    expect(first.card).toMatchObject({ name: 'compact', formatVersion: 1, parameters: first.model.countParams() });
    expect(factsOf(first.model).preprocessing).toEqual(first.card.preprocessing);
    first.card.name = 'changed';
    expect(second.card.name).toBe('compact');
    first.model.dispose();
    const third = await loadModel();
    expect(third.card.name).toBe('compact');
    second.model.dispose();
    third.model.dispose();
  });

  it('reports progress, and lets a card replace parts of its own', async () => {
    const fractions: number[] = [];
    const card = { name: 'mine', classNames: 'alphabetical' } as const;
    const loaded = await loadModel('shallow', { card, onProgress: (fraction) => fractions.push(fraction) });
    expect(fractions).toEqual([1]);
    expect(loaded.card).toMatchObject({ name: 'mine', architecture: 'shallow' });
    expect(loaded.card.classNames).toEqual(['angry', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise']);
    expect(factsOf(loaded.model).classNames).toEqual(loaded.card.classNames);
    loaded.model.dispose();
  });

  it('refuses a card that does not fit it, and leaves nothing over', async () => {
    await expect(loadModel('shallow', { card: { classNames: ['a', 'b'] } })).rejects.toThrow(/\[null, 2\]/);
    await expect(loadModel('shallow', { card: { labels: [] } as never })).rejects.toThrow(/the key "labels"/);
  });

  it('wins over a directory of its name, which ./ means', async () => {
    await expect(loadModel('./compact')).rejects.toThrow(/loadModel: \.\/compact\/(model|card)\.json: .*ENOENT/);
  });
});

describeOn(['cpu'], 'loadModel from a directory', () => {
  expectNoLeaks();

  let directory = '';
  let encoded: EncodedModel;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fer-cnn-load-'));
    encoded = await encodeTiny();
    await writeFile(join(directory, 'model.json'), JSON.stringify(encoded.modelJson));
    await writeFile(join(directory, 'card.json'), JSON.stringify(encoded.card));
    await writeFile(join(directory, 'weights.bin'), new Uint8Array(encoded.weights));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('takes the path of the directory or of its model.json, and file: URLs of both', async () => {
    const path = join(directory, 'model.json');
    for (const source of [directory, `${directory}/`, path, pathToFileURL(directory), `${pathToFileURL(path)}`]) {
      const { model, card } = await loadModel(source);
      expect(card).toEqual(encoded.card);
      model.dispose();
    }
  });

  it('takes a directory whose name has signs that mean something in a URL', async () => {
    const strange = join(directory, 'a #1? 100%');
    await mkdir(strange);
    for (const name of ['model.json', 'card.json', 'weights.bin'])
      await copyFile(join(directory, name), join(strange, name));
    for (const source of [strange, pathToFileURL(strange)]) (await loadModel(source)).model.dispose();
  });

  it('takes names and preprocessing from the model, or from the caller, without card.json', async () => {
    await rm(join(directory, 'card.json'));
    const own = await loadModel(directory);
    expect(own.card).toMatchObject({ classNames: encoded.card.classNames, weights: encoded.card.weights });
    const told = await loadModel(directory, { card: { classNames: 'alphabetical' } });
    expect(told.card.classNames[2]).toBe('fear');
    expect(told.card.preprocessing).toEqual(encoded.card.preprocessing);
    own.model.dispose();
    told.model.dispose();
  });

  it.each([
    ['model.json', '{"modelTopology":', /model\.json: expected JSON, received "\{\\"modelTopology/],
    ['model.json', '{}', /model\.json: expected an object with modelTopology/],
    ['model.json', undefined, /model\.json: expected a file that can be read, received ENOENT/],
    [
      'model.json',
      'version https://git-lfs.github.com/spec/v1\n',
      /received a Git LFS pointer, not the file\. Run git lfs pull/,
    ],
    [
      'weights.bin',
      'version https://git-lfs.github.com/spec/v1\n',
      /weights: expected \d+ bytes, received a Git LFS pointer, not the file\. Run git lfs pull/,
    ],
    ['model.json', '<!doctype html>', /received a web page\. Download the file itself/],
    ['card.json', '[]', /card\.json: expected an object|card: expected an object/],
    ['card.json', 'not JSON', /card\.json: expected JSON/],
    ['weights.bin', undefined, /weights\.bin: expected a file that can be read, received ENOENT/],
    ['weights.bin', 'short', /weights: expected \d+ bytes, received 5/],
  ])('refuses one with %s = %j, naming the file', async (file, content, message) => {
    await (content === undefined ? rm(join(directory, file)) : writeFile(join(directory, file), content));
    const loading = loadModel(directory);
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(directory);
  });

  it('refuses one over which new files were only partly written', async () => {
    const { length } = await readFile(join(directory, 'weights.bin'));
    await writeFile(join(directory, 'weights.bin'), new Uint8Array(length));
    await expect(loadModel(directory)).rejects.toThrow(/weights: SHA-256/);
  });

  it('refuses a folder in the place of a file', async () => {
    await expect(loadModel(tmpdir())).rejects.toThrow(WeightsError);
    await rm(join(directory, 'weights.bin'));
    await mkdir(join(directory, 'weights.bin'));
    await expect(loadModel(directory)).rejects.toThrow(/weights\.bin: .*EISDIR|weights\.bin: .*a folder/);
  });
});

const DOWNLOADED = fileURLToPath(new URL('./fixtures/downloaded/', import.meta.url));

describeOn(['cpu'], "what tfjs wrote by save('downloads://model')", () => {
  expectNoLeaks();

  it('loads, with a card, although its manifest names ./model.weights.bin', async () => {
    // The softmax of its biases, since its kernel is 0: whatever the image.
    const { anyPicture } = JSON.parse(await readFile(join(DOWNLOADED, 'expected.json'), 'utf8')) as Record<
      string,
      number[]
    >;
    const { model } = await loadModel(DOWNLOADED, { card: { classNames: 'alphabetical', pixels: '0..1' } });
    const output = tf.tidy(() => model.predict(tf.ones([1, 48, 48, 1])) as tf.Tensor);
    expect(await output.data()).toBeAllClose(anyPicture!, { atol: 1e-6 });
    output.dispose();
    model.dispose();
  });

  it('asks for class names and pixels without one', async () => {
    await expect(loadModel(DOWNLOADED)).rejects.toThrow(/Pass classNames: .*and pixels/);
  });
});
