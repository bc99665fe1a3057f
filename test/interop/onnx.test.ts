import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFer2013 } from '../../src/data/fer2013';
import { predict } from '../../src/evaluate/predict';
import { exportOnnx, type OnnxOptions } from '../../src/interchange/onnx';
import { argmaxRows } from '../../src/metrics/probability';
import { listModels } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import { EMOTIONS } from '../../src/labels';
import { BUNDLED_MODELS } from '../../src/storage/bundled';
import { loadModel } from '../../src/storage/load-model';
import { NETWORKS, randomInput, randomize } from '../interchange/networks';
import { BACKENDS, useBackend } from '../support/backends';
import { findPython, needsPython, runPython } from '../support/python';
import { FER2013_PATH } from '../support/real-data';

const PACKAGES = ['numpy', 'onnx', 'onnxruntime'];
const PYTHON = findPython(...PACKAGES);
const SCRIPT = fileURLToPath(new URL('run_onnx.py', import.meta.url));

/** How many pictures of PublicTest the bundled networks are held against ONNX Runtime on; 3589 are all. */
const ROWS = Number(process.env['FER_CNN_INTEROP_ROWS'] ?? 128);

let folder = '';

/** What is asked of ONNX Runtime: a network and pictures for it. */
interface Job {
  model: tfl.LayersModel;
  shape: readonly number[];
  pictures: Float32Array | Uint8Array;
  options?: OnnxOptions;
}

interface Answer {
  opset: [string, number][];
  inputs: [name: string, type: string, shape: (string | number)[]][];
  outputs: [name: string, type: string, shape: (string | number)[]][];
  metadata: Record<string, string>;
  values: Float32Array;
}

/** Exports networks, has all of them checked and run by one Python process, and gives its answers. */
async function askPython(jobs: readonly Job[]): Promise<Answer[]> {
  const place = await mkdtemp(join(folder, 'jobs-'));
  for (const [i, { model, shape, pictures, options }] of jobs.entries()) {
    await writeFile(join(place, `${i}.onnx`), await exportOnnx(model, options));
    await writeFile(join(place, `${i}.input`), pictures);
    await writeFile(join(place, `${i}.json`), JSON.stringify(shape));
  }
  const report = JSON.parse(await runPython(PYTHON!, SCRIPT, place)) as Record<string, Omit<Answer, 'values'>>;
  const read = async (i: number) => new Float32Array(new Uint8Array(await readFile(join(place, `${i}.output`))).buffer);
  return Promise.all(jobs.map(async (_job, i) => ({ ...report[i]!, values: await read(i) })));
}

/** What tfjs gives, all outputs one after another. */
function predicted({ model, shape, pictures }: Job): number[] {
  return tf.tidy(() =>
    [model.predict(tf.tensor(pictures, [...shape]))].flat().flatMap((y) => Array.from(y.dataSync())),
  );
}

/** A network with random weights and a batch of random input. */
function randomJob(model: tfl.LayersModel, options: OnnxOptions = {}): Job {
  const shape = [3, ...model.inputs[0]!.shape.slice(1).map((size) => size ?? 11)];
  return { model: randomize(model), shape, pictures: randomInput(shape), options };
}

describe.skipIf(!PYTHON)(needsPython('ONNX Runtime and the checker of onnx', PYTHON, ...PACKAGES), () => {
  beforeAll(async () => {
    await useBackend(BACKENDS.at(-1)!);
    folder = await mkdtemp(join(tmpdir(), 'fer-cnn-onnx-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('accept networks of every exported layer and give the same outputs', { timeout: 300_000 }, async () => {
    const jobs = Object.values(NETWORKS).flatMap((build) => [13, 21].map((opset) => randomJob(build(), { opset })));
    const answers = await askPython(jobs);
    answers.forEach(({ values, opset }, i) => {
      expect(values, String(i)).toBeAllClose(predicted(jobs[i]!), { atol: 1e-5, rtol: 0 });
      expect(opset).toEqual([['', jobs[i]!.options!.opset]]);
    });
    for (const { model } of jobs) model.dispose();
  });

  it('accept our networks in full size, with input and output as they are', { timeout: 300_000 }, async () => {
    const jobs = listModels().map((name): Job => {
      const shape = [3, 48, 48, 1];
      return { model: createModel(name, { seed: 3 }), shape, pictures: randomInput(shape) };
    });
    const answers = await askPython(jobs);
    answers.forEach(({ values, inputs, outputs, opset, metadata }, i) => {
      expect(values).toBeAllClose(predicted(jobs[i]!), { atol: 1e-5, rtol: 0 });
      expect(inputs).toEqual([['image', 'tensor(float)', ['N', 48, 48, 1]]]);
      expect(outputs).toEqual([['probabilities', 'tensor(float)', ['N', 7]]]);
      expect([opset, metadata['input']]).toEqual([[['', 17]], 'preprocessed']);
      expect(JSON.parse(metadata['classNames']!)).toEqual(EMOTIONS); // what a model that was built here knows of itself
    });
    for (const { model } of jobs) model.dispose();
  });

  it.skipIf(!FER2013_PATH).each(BUNDLED_MODELS)(
    `give the weights "%s" the same label for ${ROWS} pictures of PublicTest, from their pixels`,
    { timeout: 120_000 + 1000 * ROWS },
    async (name) => {
      const { model, card } = await loadModel(name);
      const all = (await loadFer2013(FER2013_PATH!)).where('PublicTest');
      const dataset = all.subset(Uint32Array.from({ length: Math.min(ROWS, all.size) }, (_, i) => i));
      const shape = [dataset.size, dataset.height, dataset.width, 1];
      const [answer] = await askPython([{ model, shape, pictures: dataset.images, options: { card, input: 'uint8' } }]);
      const expected = await predict(model, dataset, { preprocessing: card.preprocessing });
      expect(answer!.values).toBeAllClose(expected, { atol: 1e-5, rtol: 0 });
      expect(argmaxRows(answer!.values, 7)).toEqual(argmaxRows(expected, 7));
      expect(answer!.inputs).toEqual([['image', 'tensor(uint8)', ['N', 48, 48, 1]]]);
      const { input, ...metadata } = answer!.metadata;
      expect(input).toBe('uint8');
      const { weights: _, ...whole } = card; // those of the stored files
      const stored = Object.entries(metadata).map(([key, value]) => [key, JSON.parse(value)]);
      expect(Object.fromEntries(stored)).toEqual({
        classNames: card.classNames,
        preprocessing: card.preprocessing,
        card: whole,
      });
      model.dispose();
    },
  );
});
