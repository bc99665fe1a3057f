import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as curation from '../../src/curation';
import * as explanation from '../../src/explain';
import * as faces from '../../src/faces';
import * as fer from '../../src/index';
import * as interchange from '../../src/interchange';
import * as metrics from '../../src/metrics';
import * as node from '../../src/node';
import { describeOn } from '../support/backends';
import { draftCard } from '../support/cards';
import { METRICS, WITH_OPTIONS } from './covered';
import { ABORTED, fuzz, hostile, keepsContract, mostly, timeoutFor } from './fuzz';

const ENTRIES = { fer, node, interchange, curation, metrics, explanation, faces };

const SIDE = 8;
const LABELS = [0, 1, 2, 3, 4, 5, 6, 0];
const PIXELS = { data: new Uint8Array(16), width: 4, height: 4 };
const probabilities = LABELS.flatMap((label) => fer.EMOTIONS.map((_, i) => (i === label ? 0.4 : 0.1)));
const reading = { signal: AbortSignal.abort(ABORTED) };

let directory = '';
let network: tfl.LayersModel;
let dataset: fer.Dataset;
let picture: tf.Tensor3D;
let batch: tf.Tensor4D;
let logits: tf.Tensor2D;
let card: fer.ModelCard;

async function makeInputs(): Promise<void> {
  directory = await mkdtemp(join(tmpdir(), 'fer-cnn-fuzz-'));
  await writeFile(join(directory, 'file'), 'nothing');
  network = fer.createShallowCnn({
    inputSize: [SIDE, SIDE],
    conv: { filters: [1, 1] },
    dense: { units: [2] },
    seed: 1,
  });
  const images = new Uint8Array(LABELS.length * SIDE * SIDE).map((_, i) => (i * 37) % 256);
  dataset = new fer.Dataset({ images, labels: Uint8Array.from(LABELS), height: SIDE, width: SIDE });
  Object.assign(network, { [fc.toStringMethod]: () => 'network' }); // what fast-check would print of it is gigabytes
  card = await fer.saveModel(join(directory, 'model'), network, { card: draftCard([SIDE, SIDE]) });
  picture = tf.ones([6, 5, 3]);
  batch = tf.ones([2, SIDE, SIDE, 1]);
  logits = tf.ones([2, 3]);
}

/** Anything but a text, which would be the name of a file to write. */
const noPath = hostile.filter((value) => typeof value !== 'string');

/** For each function, values of each argument that are right, or nearly; or generators of arguments. */
const CALLS: Record<string, () => readonly (readonly unknown[] | fc.Arbitrary<unknown>)[]> = {
  // fer-cnn
  Random: () => [[1], [2]],
  binaryCrossentropy: () => [[logits, batch], [logits]],
  categoricalCrossentropy: () => [[logits, batch], [logits]],
  constant: () => [[0.1, 1]],
  createCompactCnn: () => [[{ inputSize: [SIDE, SIDE], conv: { filters: [1] } }]],
  createModel: () => [
    fc.oneof(fc.constantFrom<unknown>('__proto__', 'constructor', 'shallow'), hostile),
    [{ inputSize: [SIDE, SIDE], conv: { filters: [1, 1] }, dense: { units: [1] } }],
  ],
  cropFrames: () => [[[6, 5]], [[{ box: { x: 1, y: 1, width: 3, height: 3 } }], []], [{ margin: 0 }]],
  focal: () => [[0, 2]],
  fromTensors: () => [[batch], [batch]],
  memoryCheckpoint: () => [],
  listModels: () => [],
  loadImage: () => [
    [picture, PIXELS, new Uint8Array(9), join(directory, 'file'), directory],
    [{ maxPixels: 1, maxBytes: 1 }, reading],
  ],
  registerTrainingKernels: () => [],
  saveModel: () => [noPath, [network], [{ card: draftCard([SIDE, SIDE]), dtype: 'mixed' }, { card }]],
  // fer-cnn/node
  classifyFolder: () => [
    [directory, join(directory, 'file')],
    [{ out: join(directory, 'file'), workers: { backend: 'nothing', count: 1 }, ...reading }],
  ],
  createGradientWorker: () => [hostile.filter((job) => typeof job !== 'object' || job === null)],
  fileCheckpoint: () => [[join(directory, 'file')]],
  loadImageFolder: () => [
    fc.oneof(fc.constantFrom(directory, join(directory, 'file'), ''), noPath), // '../..' may be a whole disk
    [{ size: [4, 4], onInvalid: 'skip' }, reading],
  ],
  loadModel: () => [
    [directory, join(directory, 'file'), join(directory, 'model')],
    [{ card }, reading],
  ],
  loadFer2013: () => [[directory, join(directory, 'file')], [reading]],
  loadFerPlus: () => [[directory, join(directory, 'file')], [reading]],
  startTrainingWorkers: () => [
    fc.record({ backend: hostile, count: fc.constantFrom<unknown>(0, -1, NaN, 1e7, '1', null) }),
  ],
  // fer-cnn/interchange
  exportKeras: () => [[network]],
  exportOnnx: () => [[network], [{ opset: 17 }, { card, input: 'uint8' }]],
  importKeras: () => [
    [new Uint8Array(9), { json: {}, weights: new Uint8Array(9) }, { model: network, weights: new Uint8Array(9) }],
    [{ classNames: 'alphabetical', pixels: '0..1', backend: 'theano' }],
  ],
  suggestCard: () => [[network], [dataset], [{ batchSize: 4, classNames: fer.EMOTIONS }, reading]],
  // fer-cnn/curation
  auditDataset: () => [[dataset, { a: dataset, b: dataset }]],
  // fer-cnn/metrics
  fitTemperature: () => [[LABELS], [probabilities]],
  // fer-cnn/faces
  fromFaceApi: () => [[async () => []]],
  fromFaceDetection: () => [[{ estimateFaces: async () => [] }]],
  fromHuman: () => [[{ detect: async () => ({}) }]],
  fromMediaPipe: () => [[{ detect: () => ({ detections: [] }) }]],
};

const POSITIONS = fc.array(mostly(fc.nat(9)), { maxLength: 3 });

/** Methods of a data set, which are reached by no function of an entry. */
const METHODS: typeof CALLS = {
  where: () => [['Training', ['PublicTest', 'x']]],
  subset: () => [mostly(fc.oneof(POSITIONS, fc.constant(new Set([1]))))],
  withoutRows: () => [mostly(POSITIONS)],
  concat: () => [[dataset]],
  withLabels: () => [[Uint8Array.from(LABELS)]],
  withTargets: () => [[new Float32Array(56)]],
  withTeacher: () => [[new Float32Array(56)]],
  withSampleWeights: () => [[new Float32Array(8).fill(1)]],
  image: () => [[0, 7, 8]],
  toDataset: () => [[{ batchSize: 2, augment: { flip: 0.5 } }]],
};

/** Frees what a call gave. */
async function free(result: unknown): Promise<void> {
  if (new Set<unknown>([picture, batch, logits, network]).has(result)) return;
  if (Array.isArray(result)) for (const each of result) await free(each);
  if (typeof result !== 'object' || result === null) return;
  const { dispose, close, model } = result as Record<string, unknown>;
  if (typeof close === 'function') await (result as { close(): Promise<void> }).close();
  if (typeof dispose === 'function') (result as tf.Tensor).dispose();
  else if (model !== undefined) await free(model);
}

const argumentsOf = (given: readonly (readonly unknown[] | fc.Arbitrary<unknown>)[]): fc.Arbitrary<unknown[]> =>
  fc.tuple(...given.map((values) => (values instanceof fc.Arbitrary ? values : mostly(fc.constantFrom(...values)))));

const SHARE = 0.2 / (Object.keys(CALLS).length + Object.keys(METHODS).length);

describeOn(['cpu'], 'hostile arguments', () => {
  beforeAll(makeInputs);
  afterAll(async () => {
    tf.dispose([picture, batch, logits]);
    network.dispose();
    await rm(directory, { recursive: true });
  });

  const all: Record<string, unknown> = Object.assign({}, ...Object.values(ENTRIES));

  it.each(Object.entries(CALLS))(
    '%s takes them or throws an error of this package',
    async (name, given) => {
      const callable = all[name] as (...args: unknown[]) => unknown;
      const call = async (args: unknown[]) =>
        free(await (name === 'Random' ? Reflect.construct(callable, args) : callable(...args)));
      await fuzz(SHARE, argumentsOf(given()), (args) => keepsContract(() => call(args)));
    },
    timeoutFor(SHARE),
  );

  it.each(Object.entries(METHODS))(
    'Dataset.%s takes them or throws an InputError',
    async (name, given) => {
      const call = (args: unknown[]) =>
        (dataset as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(...args);
      await fuzz(SHARE, argumentsOf(given()), (args) => keepsContract(async () => free(await call(args))));
    },
    timeoutFor(SHARE),
  );
});

describe('the fuzzing', () => {
  it('reaches every function and class that an entry exports, but for errors', () => {
    const called = new Set([...Object.keys(CALLS), ...METRICS, ...WITH_OPTIONS]);
    const exported = Object.values(ENTRIES).flatMap((entry) =>
      Object.entries(entry).flatMap(([name, value]) =>
        typeof value === 'function' && !(value.prototype instanceof Error) ? [name] : [],
      ),
    );
    expect(exported.length).toBeGreaterThan(60);
    expect(exported.filter((name) => !called.has(name))).toEqual([]);
    expect([...called].filter((name) => !exported.includes(name) && !name.includes('.'))).toEqual([]);
  });
});
