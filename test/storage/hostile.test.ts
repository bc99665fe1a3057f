import { within } from '../../src/errors';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WeightsError } from '../../src/errors';
import { createShallowCnn } from '../../src/models/shallow';
import { card as checkCard } from '../../src/storage/card-schema';
import { decodeModel } from '../../src/storage/decode';
import { encodeModel, type EncodedModel } from '../../src/storage/encode';
import { loadModel } from '../../src/storage/load-model';
import { saveModel } from '../../src/storage/save-model';
import { describeOn, expectNoLeaks } from '../support/backends';
import { draftCard } from '../support/cards';

/** The layers of a functional model as tfjs writes them. */
interface LayerJson {
  name: string;
  class_name: string;
  config: { name: string; units: number; filters: number; batch_input_shape: number[]; layers: LayerJson[] };
  inbound_nodes: [string, number, number, object][][];
}

describeOn(['cpu'], 'hostile weights', () => {
  expectNoLeaks();

  let good: EncodedModel;
  let directory = '';
  beforeAll(async () => {
    const model = createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [3] }, inputSize: [8, 8] });
    good = await within('good', () => encodeModel(model, { card: draftCard([8, 8]), dtype: 'float32' }));
    directory = await mkdtemp(join(tmpdir(), 'fer-cnn-hostile-'));
    await saveModel(join(directory, 'model'), model);
    model.dispose();
  });

  /** A copy whose layers are changed. */
  function changed(change: (layers: LayerJson[], topology: Record<string, unknown>) => void): EncodedModel {
    const copy = structuredClone(good);
    const topology = copy.modelJson.modelTopology as unknown as { config: { layers: LayerJson[] } };
    change(topology.config.layers, topology as unknown as Record<string, unknown>);
    return copy;
  }

  const layer = (layers: LayerJson[], name: string) => layers.find((each) => each.name === name)!;

  it.each<[string, (layers: LayerJson[], topology: Record<string, unknown>) => void, RegExp]>([
    [
      'a layer that waits for a node that never comes',
      (layers) => (layer(layers, 'fc1').inbound_nodes[0]![0]![1] = 1),
      /modelTopology: expected inbound nodes from layers that come before, received one of 'fc1'/,
    ],
    [
      'a layer that waits for itself',
      (layers) => (layer(layers, 'fc1').inbound_nodes[0]![0]![0] = 'fc1'),
      /received one of 'fc1'/,
    ],
    [
      'a layer that waits for one that is not there',
      (layers) => (layer(layers, 'fc1').inbound_nodes[0]![0]![0] = '__proto__'),
      /received one of 'fc1' from \[\["__proto__"/,
    ],
    ['two layers of one name', (layers) => layers.push(layers[1]!), /expected layers of distinct names/],
    ['a layer with two names', (layers) => (layers[1]!.config.name = 'other'), /expected layers of distinct names/],
    [
      'a dense layer of 10 GB',
      (layers) => (layer(layers, 'fc1').config.units = 1e8),
      /modelTopology: expected layers with \d+ weights, as stored, received larger ones/,
    ],
    [
      'pictures of a million pixels a side',
      (layers) => (layers[0]!.config.batch_input_shape = [1, 1e6, 1e6, 1]),
      /received larger ones/,
    ],
    [
      'an output that no layer leads to',
      (_layers, topology) => ((topology['config'] as Record<string, unknown>)['output_layers'] = []),
      /expected layers that all lead to its output/,
    ],
    ['no layers', (_layers, topology) => (topology['config'] = {}), /expected a topology of tfjs layers/],
    ['no config', (_layers, topology) => (topology['config'] = null), /expected a topology of tfjs layers/],
  ])('are refused at once with %s', async (_what, change, message) => {
    const start = performance.now();
    const loading = within('here', () => decodeModel(changed(change)));
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(message);
    expect(performance.now() - start).toBeLessThan(5000); // without the check: forever, or a crash
  });

  it('cannot make tfjs fetch anything', async () => {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(request.url!);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const pathPrefix = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { modelTopology, weightsManifest } = good.modelJson;
    const modelJson = { ...good.modelJson, modelTopology: { modelTopology, weightsManifest, pathPrefix } };
    try {
      await expect(within('here', () => decodeModel({ ...good, modelJson }))).rejects.toThrow(WeightsError);
      expect(requests).toEqual([]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('that claim 10 GB are refused by their length before anything is computed', async () => {
    const copy = structuredClone(good);
    copy.modelJson.weightsManifest[0]!.weights[0]!.shape = [50_000, 50_000];
    await expect(within('here', () => decodeModel(copy))).rejects.toThrow(
      /weights: expected 1000000\d+ bytes, received \d+/,
    );
    const card = { ...good.card, weights: { ...good.card.weights!, bytes: 1e10 } };
    await expect(within('here', () => decodeModel({ ...good, card }))).rejects.toThrow(
      /weights: expected 10000000000 bytes/,
    );
  });

  it('cannot touch a prototype, and keys that objects inherit count as unknown', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const card = JSON.parse(JSON.stringify(good.card).replace('{', `{"${key}":{"polluted":1},`)) as unknown;
      expect(() => checkCard('card', card)).toThrow(new RegExp(`card: expected keys among .* the key "${key}"`));
    }
    expect({}).not.toHaveProperty('polluted');
  });

  it.each(['constructor', '__proto__', 'float32', 'int8'])('are refused with the quantisation %s', async (dtype) => {
    const copy = structuredClone(good);
    copy.modelJson.weightsManifest[0]!.weights[0]!.quantization = { dtype: dtype as 'uint8', min: 0, scale: 1 };
    await expect(within('here', () => decodeModel(copy))).rejects.toThrow(
      /weight 'conv1\/kernel': expected a float32 tensor/,
    );
  });

  afterAll(() => rm(directory, { recursive: true }));

  it.each([
    ['../secret.bin', '/etc/passwd', 'a/../../secret.bin', '..\\secret.bin', 'C:\\secret.bin', '%2e%2e/secret.bin', ''],
    ['https://example.org/w.bin', '//example.org/w.bin', 'w.bin?x=1', 'w.bin#x', '.', '\0', 7, null],
    ['a\n/../../../secret.bin', 'a\r/../secret.bin', 'a\u2028/../secret.bin', 'a\u2029b', '..\t/secret.bin'],
    [' //localhost/internal/admin', ' w.bin', 'w.bin ', '\tw.bin', '..\n/secret.bin', 'a/ /w.bin'],
    ['./../secret.bin', '././w.bin', 'a/./w.bin', 'a//w.bin', '/', './', '\u200b../w.bin', '\u00a0w.bin', '\x7fw'],
  ])('whose manifest names a file elsewhere are not followed there: %j, %j, …', async (...paths) => {
    await writeFile(join(directory, 'secret.bin'), new Uint8Array(good.weights));
    for (const path of paths) {
      const folder = join(directory, 'model');
      const modelJson = structuredClone(good.modelJson);
      modelJson.weightsManifest[0]!.paths = [path as string];
      await writeFile(join(folder, 'model.json'), JSON.stringify(modelJson));
      const loading = loadModel(folder);
      await expect(loading, String(path)).rejects.toThrow(WeightsError);
      await expect(loading, String(path)).rejects.toThrow(/model\.json: weightsManifest: paths: expected weight files/);
    }
  });
});
