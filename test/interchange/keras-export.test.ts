import * as tfl from '@tensorflow/tfjs-layers';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { InputError } from '../../src/errors';
import { exportKeras } from '../../src/interchange/keras-export';
import { importKeras } from '../../src/interchange/keras-import';
import { createModel, listModels } from '../../src/models/registry';
import { readKeras, writeKeras } from '../../src/node/keras';
import { describeOn, expectNoLeaks } from '../support/backends';
import { NARROW } from '../support/tiny';
import { free, outputs } from './fixtures';
import { randomize } from './networks';

describeOn(['cpu'], 'exportKeras', () => {
  expectNoLeaks();

  it.each(listModels())('writes the %s network so that it can be read again', async (name) => {
    const model = randomize(createModel(name, NARROW[name]));
    const file = await exportKeras(model);
    const back = await importKeras({ file });
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

  it('goes to disk and back, whole or not at all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-keras-'));
    const path = join(folder, 'deeper', 'model.keras');
    const model = createModel('shallow', NARROW.shallow);
    await writeKeras(path, model);
    const back = await readKeras(path);
    expect(outputs(back)).toBeAllClose(outputs(model), { atol: 1e-6 });
    await writeFile(join(folder, 'half.keras'), (await readFile(path)).subarray(0, 500));
    await expect(readKeras(join(folder, 'half.keras'))).rejects.toThrow();
    await rm(folder, { recursive: true });
    free(back);
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
