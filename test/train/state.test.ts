import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { TrainingError } from '../../src/errors';
import { Random } from '../../src/random';
import { textOf } from '../../src/train/identity';
import type { TrainOptions } from '../../src/train/options';
import { parseOptions } from '../../src/train/parse-options';
import { cosine, reduceOnPlateau } from '../../src/train/schedules';
import { encodeState, restoreState } from '../../src/train/checkpoint';
import { memoryCheckpoint } from '../../src/train/checkpoint-store';
import { disposeState, startState } from '../../src/train/state';
import { train } from '../../src/train/train';
import { describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';
import { weightsOf } from '../support/tiny';

/** A model of one dense layer, whose checkpoints are small. */
function dense(): tfl.LayersModel {
  const { layers, initializers } = tfl;
  const kernelInitializer = initializers.glorotUniform({ seed: 1 });
  return tfl.sequential({
    layers: [
      layers.averagePooling2d({ poolSize: 4, inputShape: [16, 16, 1] }),
      layers.flatten(),
      layers.dense({ units: 7, activation: 'softmax', kernelInitializer }),
    ],
  });
}

const DATA = squares(21);
const OPTIONS = {
  epochs: 3,
  batchSize: 7,
  augment: { flip: 0.5 },
  validation: squares(7, 2),
  loss: { labelSmoothing: 0.1 },
  optimization: { learningRate: cosine({ peak: 0.05, epochs: 3 }), averaging: 0.9, weightDecay: 1e-4 },
  earlyStopping: { patience: 3 },
} satisfies TrainOptions;

/** The checkpoint of a run that was stopped after some steps. */
async function stoppedAfter(steps: number, options: TrainOptions = OPTIONS, data = DATA): Promise<Uint8Array> {
  const [model, store, halt] = [dense(), memoryCheckpoint(), new AbortController()];
  let done = 0;
  const onProgress = () => ++done === steps && halt.abort(new Error('stop'));
  const run = train(model, data, { ...options, checkpoint: { store }, onProgress, signal: halt.signal });
  await expect(run).rejects.toThrow('stop');
  model.dispose();
  return (await store.read())!;
}

/** Resumes a run from bytes. Gives its weights, or the error that it ended with; the model and tensors must be as before then. */
async function resumed(
  bytes: Uint8Array,
  options: TrainOptions = OPTIONS,
  data = DATA,
  resume: true | 'changed' = true,
) {
  const model = dense();
  const [before, tensors] = [weightsOf(model), tf.memory().numTensors];
  const store = { read: async () => bytes, write: async () => undefined };
  try {
    const { history } = await train(model, data, { ...options, checkpoint: { store, resume } });
    return { weights: weightsOf(model), history };
  } catch (error) {
    expect(weightsOf(model)).toEqual(before);
    return error as Error;
  } finally {
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  }
}

/** The checksum of a checkpoint, written down a second time: FNV-1a over words of 32 bits with rotations by 13. */
function checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += 4) {
    hash = Math.imul(hash ^ view.getUint32(at, true), 0x01000193);
    hash = (hash << 13) | (hash >>> 19);
  }
  return hash >>> 0;
}

const HEADER = 32; // where the header begins

/** A checkpoint with another header, and the checksum that it must have. */
function withHeader(bytes: Uint8Array, change: (json: string) => string): Uint8Array {
  const end = HEADER + new DataView(bytes.buffer).getUint32(HEADER - 4, true);
  const json = change(new TextDecoder().decode(bytes.subarray(HEADER, end)).trimEnd());
  const header = new TextEncoder().encode(json.padEnd(4 * Math.ceil(json.length / 4)));
  const changed = new Uint8Array(HEADER + header.length + bytes.length - end);
  changed.set(bytes.subarray(0, HEADER));
  changed.set(header, HEADER);
  changed.set(bytes.subarray(end), HEADER + header.length);
  const view = new DataView(changed.buffer);
  view.setUint32(HEADER - 4, header.length, true);
  view.setUint32(HEADER - 8, checksum(changed.subarray(HEADER - 4)), true);
  return changed;
}

/** Replaces or removes one field, at any depth, or one character. */
function damage(json: string, random: Random): string {
  if (random.next() < 0.25) {
    const at = random.integer(json.length);
    return json.slice(0, at) + String.fromCharCode(33 + random.integer(90)) + json.slice(at + 1);
  }
  const header = JSON.parse(json) as Record<string, unknown>;
  const fields: [Record<string, unknown>, string][] = [];
  const collect = (parent: object) => {
    for (const [key, value] of Object.entries(parent)) {
      fields.push([parent as Record<string, unknown>, key]);
      if (typeof value === 'object' && value !== null) collect(value as object);
    }
  };
  collect(header);
  const [parent, key] = fields[random.integer(fields.length)]!;
  const old = parent[key];
  const values = [null, -1, 0.5, 1e300, 'x', '', [], {}, true, [[]], { length: -1 }, Number(old) + 1, 2 * Number(old)];
  const choice = random.integer(values.length + 1);
  if (choice < values.length) parent[key] = values[choice];
  else if (Array.isArray(parent)) parent.pop();
  else Reflect.deleteProperty(parent, key);
  return JSON.stringify(header);
}

describeOn(['cpu'], 'a checkpoint', () => {
  expectNoLeaks();

  it('is refused if any byte is changed or missing, and read from the middle of a larger buffer', async () => {
    const model = dense();
    const optimizer = tf.train.sgd(0.1);
    const options = parseOptions({ epochs: 1, checkpoint: { store: memoryCheckpoint() } });
    const state = startState(model, optimizer, true);
    const identity = { run: { seed: '3' }, recipe: { note: 'ä' } };
    const bytes = await encodeState(state, identity);
    const restore = (changed: Uint8Array) => restoreState(state, changed, identity, options, undefined);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 0x10;
      await expect(restore(changed), `byte ${at}`).rejects.toThrow(TrainingError);
      await expect(restore(bytes.subarray(0, at)), `length ${at}`).rejects.toThrow(TrainingError);
    }
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 3);
    await restore(larger.subarray(3, 3 + bytes.length));
    disposeState(state);
    optimizer.dispose();
    model.dispose();
  }, 120_000);

  it('with a damaged header and the right checksum gives a TrainingError, or the result of the whole one', async () => {
    const bytes = await stoppedAfter(4);
    expect(checksum(bytes.subarray(HEADER - 4))).toBe(new DataView(bytes.buffer).getUint32(HEADER - 8, true));
    const whole = await resumed(Buffer.from(bytes)); // which is how files are read; its slice does not copy
    if (whole instanceof Error) throw whole;
    const random = new Random(17);
    let refused = 0;
    for (let i = 0; i < 150; i++) {
      let json = '';
      const result = await resumed(withHeader(bytes, (old) => (json = damage(old, random))));
      if (result instanceof Error) {
        expect(result, json).toBeInstanceOf(TrainingError);
        expect(result.message, json).toMatch(/^train: checkpoint/);
        refused++;
      } else expect(result.weights, json).toEqual(whole.weights);
    }
    expect(refused).toBeGreaterThan(75);
  }, 240_000);

  const optimizers = {
    sgd: () => tf.train.sgd(0.05),
    momentum: () => tf.train.momentum(0.05, 0.9),
    adagrad: () => tf.train.adagrad(0.05),
    adadelta: () => tf.train.adadelta(0.05),
    adam: () => tf.train.adam(0.05),
    rmsprop: () => tf.train.rmsprop(0.05, 0.9, 0.5, 1e-7, true),
  };
  it.each(Object.entries(optimizers))(
    'of the optimizer %s with one number that no run has, or more or fewer of them, is refused',
    async (_, make) => {
      const run = async <T>(work: (options: TrainOptions) => Promise<T>) => {
        const before = tf.memory().numTensors;
        const optimizer = make();
        const { learningRate: _rate, averaging: _none, ...others } = OPTIONS.optimization;
        try {
          return await work({ ...OPTIONS, optimization: { ...others, optimizer } });
        } finally {
          optimizer.dispose();
          (optimizer as unknown as { c?: tf.Scalar }).c?.dispose();
          expect(tf.memory().numTensors).toBe(before);
        }
      };
      const bytes = await run((options) => stoppedAfter(4, options));
      const start = HEADER + new DataView(bytes.buffer).getUint32(HEADER - 4, true);
      const weights = 4 * 119; // bytes: 16 inputs and a bias for each of the 7 outputs
      const sealed = (changed: Uint8Array) => withHeader(changed, (json) => json);
      const withNumber = (at: number, value: number, write: 'setInt32' | 'setFloat32' = 'setFloat32') => {
        const changed = bytes.slice();
        new DataView(changed.buffer)[write](start + at, value, true);
        return sealed(changed);
      };
      const longer = (by: number) => {
        const changed = new Uint8Array(bytes.length + by);
        changed.set(bytes.subarray(0, changed.length));
        return sealed(changed);
      };
      const wrong = [
        ...[NaN, Infinity, -Infinity].map((value) => withNumber(12, value)), // a weight
        withNumber(weights, 3, 'setInt32'), // fewer steps than the run has made
        ...[-4, 4, weights, 2 * weights, 5 * weights].map(longer),
      ];
      if (start + 2 * weights < bytes.length) wrong.push(longer(-weights), withNumber(bytes.length - start - 4, NaN));
      for (const changed of wrong) {
        const result = await run((options) => resumed(changed, options));
        expect(result).toBeInstanceOf(TrainingError);
        expect((result as Error).message).toMatch(/^train: checkpoint: expected a whole checkpoint/);
      }
      const model = dense();
      const store = { read: async () => bytes, write: async () => undefined };
      expect(await run((options) => train(model, DATA, { ...options, checkpoint: { store } }))).toHaveProperty(
        'history.length',
        3,
      );
      model.dispose();
    },
    120_000,
  );

  const others: [string, TrainOptions, RegExp][] = [
    ['learning rate', { ...OPTIONS, optimization: { ...OPTIONS.optimization, learningRate: 0.05 } }, /other learningRate/],
    ['plateau', { ...OPTIONS, optimization: { ...OPTIONS.optimization, learningRate: reduceOnPlateau({ initial: 0.05 }) } }, /other learningRate/],
    ['loss', { ...OPTIONS, loss: { labelSmoothing: 0.2 } }, /other loss: expected .*0\.2.*received .*0\.1/],
    ['augmentation', { ...OPTIONS, augment: { flip: 0.25 } }, /other augment/],
    ['augmentation function', { ...OPTIONS, augment: () => undefined }, /other augment/],
    ['weight decay', { ...OPTIONS, optimization: { ...OPTIONS.optimization, weightDecay: 0 } }, /other weightDecay/],
    ['validation', { ...OPTIONS, validation: squares(7, 3) }, /other validation/],
  ]; // prettier-ignore
  it.each(others)(
    'of a run with another %s is refused, unless the user says that it has changed',
    async (_, options, message) => {
      const bytes = await stoppedAfter(2);
      const result = await resumed(bytes, options);
      expect(result).toBeInstanceOf(TrainingError);
      expect((result as Error).message).toMatch(message);
      expect((result as Error).message).toContain("resume: 'changed'");
      expect(await resumed(bytes, options, DATA, 'changed')).not.toBeInstanceOf(Error);
    },
  );

  it('of a run whose optimizer has another momentum is refused', async () => {
    const [bytes, optimizer] = [await stoppedAfter(2), tf.train.momentum(0.05, 0.5, true)];
    const result = await resumed(bytes, { ...OPTIONS, optimization: { ...OPTIONS.optimization, optimizer } });
    expect(result).toMatchObject({ message: expect.stringMatching(/other settings: expected .*0\.5/) as unknown });
    optimizer.dispose();
    (optimizer as unknown as { c: tf.Scalar }).c.dispose();
  });

  it('of other data of the same size is refused, be it one pixel or one label', async () => {
    const bytes = await stoppedAfter(2);
    const images = (DATA.images as Uint8Array).slice();
    images[5000]!++;
    const labels = DATA.labels.slice().reverse();
    const teacher = new Float32Array(21 * 7).fill(1 / 7);
    for (const change of [{ images }, { labels }, { teacher }]) {
      expect(await resumed(bytes, OPTIONS, { ...DATA, ...change })).toMatchObject({
        message: expect.stringMatching(/^train: checkpoint of a run with other data/) as unknown,
      });
    }
    expect(await resumed(bytes, OPTIONS, { ...DATA, images: (DATA.images as Uint8Array).slice() })).toHaveProperty(
      'history',
    );
  });

  it('continues with more epochs of the same learning rates', async () => {
    const options = { ...OPTIONS, optimization: { learningRate: (epoch: number) => 0.05 / (1 + epoch) } };
    const bytes = await stoppedAfter(2, options);
    expect(await resumed(bytes, { ...options, epochs: 5 })).toMatchObject({ history: { length: 5 } });
  });

  it('of the former format is refused by name', async () => {
    const former = new TextEncoder().encode(`fer-cnn checkpoint v. 1\n${'x'.repeat(80)}`);
    expect(await resumed(former)).toMatchObject({ message: expect.stringMatching(/another version/) as unknown });
  });
});

describe('memoryCheckpoint', () => {
  it('keeps a copy', async () => {
    const store = memoryCheckpoint();
    expect(await store.read()).toBeUndefined();
    const bytes = Uint8Array.of(1, 2);
    await store.write(bytes);
    bytes[0] = 9;
    expect(await store.read()).toEqual(Uint8Array.of(1, 2));
  });
});

it('options as text do not depend on the order of their keys, and tell functions apart', () => {
  expect(textOf({ a: 1, b: { d: [1], c: 2 } })).toBe(textOf({ b: { c: 2, d: [1] }, a: 1 }));
  expect(textOf(() => 1)).not.toBe(textOf(() => 2));
});
