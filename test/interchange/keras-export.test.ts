import * as tfl from '@tensorflow/tfjs-layers';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { InputError } from '../../src/errors';
import { exportKeras } from '../../src/interchange/keras-export';
import { importKeras } from '../../src/interchange/keras-import';
import { listModels } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import { describeOn, expectNoLeaks } from '../support/backends';
import { NARROW } from '../support/tiny';
import { expected, fixture, free, outputs } from './fixtures';
import { randomize } from './networks';

describeOn(['cpu'], 'exportKeras', () => {
  expectNoLeaks();

  it.each(listModels())('writes the %s network so that it can be read again', async (name) => {
    const model = randomize(createModel(name, NARROW[name]));
    const file = await exportKeras(model);
    const back = await importKeras(file);
    expect(back.layers.map((layer) => layer.name)).toEqual(model.layers.map((layer) => layer.name));
    expect(outputs(back)).toBeAllClose(outputs(model), { atol: 1e-6 });
    free(back);
    free(model);
  });

  it('gives the same bytes for the same model, whenever it is written', async () => {
    const model = createModel('shallow', NARROW.shallow);
    const clock = vi.spyOn(Date, 'now');
    clock.mockReturnValue(Date.UTC(2030, 1, 3));
    const first = await exportKeras(model);
    clock.mockReturnValue(Date.UTC(2031, 4, 5));
    expect(await exportKeras(model)).toEqual(first);
    expect(Date.now()).toBe(Date.UTC(2031, 4, 5));
    clock.mockRestore();
    free(model);
  });

  it('goes to disk and back, and files that are damaged or of another kind are named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-keras-'));
    const path = join(folder, 'deeper', 'model.keras');
    const model = createModel('shallow', NARROW.shallow);
    await mkdir(join(folder, 'deeper'));
    await writeFile(path, await exportKeras(model));
    const back = await importKeras(path);
    expect(outputs(back)).toBeAllClose(outputs(model), { atol: 1e-6 });
    await writeFile(join(folder, 'half.keras'), (await readFile(path)).subarray(0, 500));
    const half = join(folder, 'half.keras');
    await expect(importKeras(half)).rejects.toThrow('importKeras: half.keras: expected a whole zip archive');
    await writeFile(
      join(folder, 'model.json'),
      '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {"name": "x"}}]}}',
    );
    const json = join(folder, 'model.json');
    await expect(importKeras({ json, weights: half })).rejects.toThrow('half.keras: expected an HDF5 file');
    await expect(importKeras(json)).rejects.toThrow(
      /model\.json: expected a \.keras file .* received JSON, which has no weights\. Give/,
    );
    await rm(folder, { recursive: true });
    free(back);
    free(model);
  });

  it('is read with the binary files beside a model.json of the converter', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-converted-'));
    const modelJson = JSON.parse(new TextDecoder().decode(fixture('elsewhere/converted.json')));
    await writeFile(join(folder, 'model.json'), JSON.stringify(modelJson));
    await writeFile(join(folder, 'group1-shard1of1.bin'), fixture('elsewhere/group1-shard1of1.bin'));
    const model = await importKeras(join(folder, 'model.json'));
    expect(outputs(model)).toBeAllClose(expected('elsewhere')['converted']!, { atol: 1e-5, rtol: 1e-4 });
    modelJson.weightsManifest[0].paths = ['../model.json'];
    await writeFile(join(folder, 'model.json'), JSON.stringify(modelJson));
    await expect(importKeras(join(folder, 'model.json'))).rejects.toThrow(
      'weightsManifest: paths: expected weight files beside it',
    );
    await rm(folder, { recursive: true });
    free(model);
  });

  it('refuses batch norm along another axis than the last, which Keras would compute otherwise', async () => {
    const model = tfl.sequential();
    model.add(tfl.layers.batchNormalization({ axis: 1, inputShape: [4, 4, 1] }));
    await expect(exportKeras(model)).rejects.toThrow(/exportKeras: layer .*BatchNormalization.*axis = 1/);
    model.dispose();
  });

  it('refuses what is no model', async () => {
    await expect(exportKeras({} as never)).rejects.toThrow(InputError);
  });
});
