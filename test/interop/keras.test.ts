import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFer2013 } from '../../src/data/fer2013';
import { predict } from '../../src/evaluate/predict';
import { exportKeras } from '../../src/interchange/keras-export';
import { importKeras } from '../../src/interchange/keras-import';
import { preprocess } from '../../src/image/preprocess';
import { argmaxRows } from '../../src/metrics/probability';
import { listModels } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import { BUNDLED_MODELS } from '../../src/storage/bundled';
import { loadModel } from '../../src/storage/load-model';
import { free } from '../interchange/fixtures';
import { randomInput, randomize } from '../interchange/networks';
import { BACKENDS, useBackend } from '../support/backends';
import { findPython, needsPython, runPython } from '../support/python';
import { FER2013_PATH } from '../support/real-data';

const PACKAGES = ['numpy', 'keras', 'tensorflow', 'h5py'];
const PYTHON = findPython(...PACKAGES);
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** How many pictures of PublicTest the bundled networks are held against Keras on; 3589 are all. */
const ROWS = Number(process.env['FER_CNN_INTEROP_ROWS'] ?? 128);

/** What tfjs gives for an input. */
const predicted = (model: tfl.LayersModel, x: Float32Array, shape: number[]) =>
  tf.tidy(() => Array.from((model.predict(tf.tensor(x, shape)) as tf.Tensor).dataSync()));

/** Whether any value of two tensors is another. */
const differ = (a: tf.Tensor, b: tf.Tensor) => tf.tidy(() => tf.any(tf.notEqual(a, b)).dataSync()[0] !== 0);

describe.skipIf(!PYTHON)(needsPython('Keras in Python', PYTHON, ...PACKAGES), () => {
  let folder = '';

  beforeAll(async () => {
    await useBackend(BACKENDS.includes('tensorflow') ? 'tensorflow' : 'wasm');
    folder = await mkdtemp(join(tmpdir(), 'fer-cnn-keras-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The numbers that Python wrote into a file. */
  const numbers = async (name: string) => new Float32Array(new Uint8Array(await readFile(join(folder, name))).buffer);

  /** Has Keras open each model and predict; gives its outputs and the losses of one more step of training. */
  async function ask(models: readonly tfl.LayersModel[], x: Float32Array, shape: number[]) {
    for (const [i, model] of models.entries()) {
      await writeFile(join(folder, `${i}.keras`), await exportKeras(model));
      await writeFile(join(folder, `${i}.input`), new Uint8Array(x.buffer, x.byteOffset, x.byteLength));
      await writeFile(join(folder, `${i}.json`), JSON.stringify(shape));
    }
    const { losses } = JSON.parse(
      (await runPython(PYTHON!, script('run_keras.py'), folder)).trim().split('\n').at(-1)!,
    );
    const outputs = await Promise.all(models.map((_, i) => numbers(`${i}.output`)));
    return { outputs, losses: losses as Record<string, number> };
  }

  /** Has Keras build the reference project's networks and save them; gives what they predict. */
  async function build(x: Float32Array, shape: number[]) {
    await mkdir(join(folder, 'built'), { recursive: true });
    await writeFile(join(folder, 'built/input'), x);
    await writeFile(join(folder, 'built/input.json'), JSON.stringify(shape));
    await runPython(PYTHON!, script('build_keras.py'), join(folder, 'built'));
    return { shallow: await numbers('built/shallow.output'), deep: await numbers('built/deep.output') };
  }

  /** A network that Keras saved, read from each of its forms. */
  async function formsOf(name: string): Promise<tfl.LayersModel[]> {
    const read = (ending: string) => readFile(join(folder, `built/${name}.${ending}`));
    return [
      await importKeras(await read('keras')),
      await importKeras(await read('h5')),
      await importKeras({ json: await read('json'), weights: await read('weights.h5') }),
    ];
  }

  async function firstRows() {
    const all = await loadFer2013(FER2013_PATH!, { split: 'PublicTest' });
    return all.subset(Array.from({ length: Math.min(ROWS, all.size) }, (_, i) => i));
  }

  it('opens our networks, predicts the same and trains on; and we read what it saves in every form', async () => {
    const models = listModels().map((name) => randomize(createModel(name, { seed: 3 })));
    const shape = [3, 48, 48, 1];
    const x = randomInput(shape);
    const { outputs, losses } = await ask(models, x, shape);
    for (const [i, model] of models.entries()) {
      const ours = predicted(model, x, shape);
      expect([...outputs[i]!]).toBeAllClose(ours, { atol: 1e-5, rtol: 0 });
      expect(losses[String(i)]).toBeGreaterThan(0);
      const trained = await importKeras(join(folder, `${i}.trained.keras`));
      const moved = trained.trainableWeights.map((weight, at) => ({
        name: weight.originalName,
        differs: differ(weight.read(), model.trainableWeights[at]!.read()),
      }));
      const kernels = moved.filter(({ name }) => name.endsWith('kernel')); // a bias before batch norm has no gradient
      expect(kernels.length).toBeGreaterThan(3);
      expect(kernels.filter(({ differs }) => !differs)).toEqual([]);
      expect(predicted(trained, x, shape)).toBeAllClose([...(await numbers(`${i}.trained.output`))], {
        atol: 1e-5,
        rtol: 0,
      });
      free(trained);
      const read = (suffix: string) => readFile(join(folder, `${i}.${suffix}`));
      const backs = [
        await importKeras(await read('back.keras')),
        await importKeras(await read('back.h5')),
        await importKeras({ json: await read('arch.json'), weights: await read('back.weights.h5') }),
      ];
      for (const back of backs) {
        expect(predicted(back, x, shape)).toBeAllClose(ours, { atol: 1e-5, rtol: 0 });
        free(back);
      }
      free(model);
    }
  }, 600_000);

  it('reads the networks of the reference project, which Keras built, in every form, and predicts the same', async () => {
    const shape = [16, 48, 48, 1];
    const x = randomInput(shape);
    const names = ['shallow', 'deep'] as const;
    const outputs = await build(x, shape);
    for (const name of names) {
      for (const model of await formsOf(name)) {
        expect(predicted(model, x, shape)).toBeAllClose([...outputs[name]], { atol: 1e-5, rtol: 0 });
        free(model);
      }
    }
  }, 600_000);

  it.skipIf(!FER2013_PATH)(
    `gives ${ROWS} pictures of PublicTest the labels that networks built in Keras give them`,
    async () => {
      const data = await firstRows();
      const preprocessing = { inputSize: [48, 48], mean: 0, std: 1 } as const;
      const x = Float32Array.from(data.images, (pixel) => pixel / 255);
      const outputs = await build(x, [data.size, 48, 48, 1]);
      for (const name of ['shallow', 'deep'] as const) {
        const model = await importKeras(join(folder, `built/${name}.keras`));
        const ours = await predict(model, data, { preprocessing });
        expect(ours).toBeAllClose([...outputs[name]], { atol: 1e-5, rtol: 0 });
        expect(argmaxRows(ours, 7), name).toEqual(argmaxRows(outputs[name], 7));
        free(model);
      }
    },
    300_000 + 1000 * ROWS,
  );

  it.skipIf(!FER2013_PATH)(
    `gives ${ROWS} pictures of PublicTest the labels that the bundled networks give them`,
    async () => {
      const data = await firstRows();
      const loaded = await Promise.all(BUNDLED_MODELS.map((name) => loadModel(name)));
      const { xs, ys } = data.toTensors();
      const input = tf.tidy(() => preprocess(xs));
      const { outputs } = await ask(
        loaded.map(({ model }) => model),
        await input.data<'float32'>(),
        input.shape,
      );
      tf.dispose([xs, ys, input]);
      for (const [i, { model, card }] of loaded.entries()) {
        const ours = await predict(model, data);
        expect(argmaxRows(outputs[i]!, 7), card.name).toEqual(argmaxRows(ours, 7));
        model.dispose();
      }
    },
    300_000 + 1000 * ROWS,
  );
});
