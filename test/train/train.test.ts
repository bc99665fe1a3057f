import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { FusedNetwork } from '../../src/classify/fusion';
import { evaluate } from '../../src/evaluate/evaluate';
import { InputError, TrainingError } from '../../src/errors';
import type { LabeledImages } from '../../src/data/batches';
import { addFacts, factsOf } from '../../src/models/known-facts';
import { memoryCheckpoint } from '../../src/train/checkpoint-store';
import type { TrainOptions } from '../../src/train/options';
import { cosine, reduceOnPlateau } from '../../src/train/schedules';
import { train } from '../../src/train/train';
import { describeOn, expectNoLeaks, TRAINING_BACKENDS } from '../support/backends';
import { squares } from '../support/faces';
import { tinyCnn, weightsOf } from '../support/tiny';

const EVERYTHING = {
  epochs: 4,
  batchSize: 8,
  seed: 3,
  augment: { flip: 0.5, affine: { rotate: 5, shift: 0.05 }, contrast: 0.1, erase: { probability: 0.2 }, mixup: 0.1 },
  loss: { labelSmoothing: 0.05 },
  optimization: {
    learningRate: cosine({ peak: 0.05, epochs: 4, warmup: 1 }),
    weightDecay: 1e-4,
    clipNorm: 5,
    averaging: 0.9,
  },
} satisfies TrainOptions;

/** Trains a fresh tiny network and gives its weights; stops and resumes at each of the given steps. */
async function trained(options: TrainOptions, stops: readonly number[] = [], seed = 1): Promise<number[]> {
  const model = tinyCnn(seed);
  const store = memoryCheckpoint();
  try {
    for (const stop of [...stops, Infinity]) {
      const halt = new AbortController();
      let steps = 0;
      const onProgress = () => ++steps === stop && halt.abort(new Error('stop'));
      const run = train(model, squares(28), { ...options, checkpoint: { store }, onProgress, signal: halt.signal });
      if (stop === Infinity) await run;
      else await expect(run).rejects.toThrow('stop');
      if (stop !== Infinity) model.setWeights(model.getWeights().map((weight) => tf.zerosLike(weight)));
    }
    return weightsOf(model);
  } finally {
    model.dispose();
  }
}

describeOn(TRAINING_BACKENDS, 'train', () => {
  it('learns a handful of pictures by heart', async () => {
    const model = tinyCnn(1, 0);
    const { history, reason, steps } = await train(model, squares(28), {
      epochs: 25,
      batchSize: 7,
      validation: squares(14, 2),
      optimization: { learningRate: 0.03 },
    });
    expect(history.at(-1)!.accuracy).toBe(1);
    expect(history.at(-1)!.valAccuracy).toBeGreaterThan(0.9);
    expect(history.at(-1)!.loss).toBeLessThan(history[0]!.loss / 5);
    expect({ reason, steps, epochs: history.length }).toEqual({ reason: 'completed', steps: 100, epochs: 25 });
    model.dispose();
  });

  it('gives the same weights for the same seed, and others for another', async () => {
    const once = await trained({ ...EVERYTHING, epochs: 1 });
    expect(await trained({ ...EVERYTHING, epochs: 1 })).toEqual(once);
    expect(await trained({ ...EVERYTHING, epochs: 1, seed: 4 })).not.toEqual(once);
  });

  it('resumes in the middle of an epoch to the last bit', async () => {
    expect(await trained(EVERYTHING, [1, 5, 2])).toEqual(await trained(EVERYTHING));
  });

  it.each(['sgd', 'adam', 'rmsprop'] as const)('resumes %s to the last bit', async (optimizer) => {
    const options = { ...EVERYTHING, epochs: 2, optimization: { optimizer, learningRate: 0.01 } };
    expect(await trained(options, [3])).toEqual(await trained(options));
  });

  it('is not disturbed by predictions in between', async () => {
    const run = async (between: (model: tfl.LayersModel) => void) => {
      const model = tinyCnn();
      await train(model, squares(14), { epochs: 2, batchSize: 7, seed: 1, onProgress: () => between(model) });
      const weights = weightsOf(model);
      model.dispose();
      return weights;
    };
    const pictures = tf.ones<tf.Rank.R4>([9, 16, 16, 1]); // more than go through the steps of a network at once
    const classified = await run((model) => {
      const fused = new FusedNetwork(model);
      fused.predict(pictures).dispose();
      fused.dispose();
    });
    pictures.dispose();
    expect(classified).toEqual(await run(() => undefined));
  });

  it('leaves no tensor behind on success, abort and error', async () => {
    const model = tinyCnn();
    const data = squares(16);
    const before = tf.memory().numTensors;
    const options = { ...EVERYTHING, epochs: 1, validation: squares(7) };
    await train(model, data, options);
    expect(tf.memory().numTensors).toBe(before);
    await expect(train(model, data, { ...options, signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    expect(tf.memory().numTensors).toBe(before);
    const broken = { ...options, loss: { type: (logits: tf.Tensor2D) => tf.mul(tf.sum<tf.Tensor1D>(logits, 1), NaN) } };
    await expect(train(model, data, broken as TrainOptions)).rejects.toThrow(TrainingError);
    expect(tf.memory().numTensors).toBe(before);
    const throwing = () => {
      throw new Error('mine');
    };
    await expect(train(model, data, { ...options, loss: { type: throwing } })).rejects.toThrow('mine');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('stops at a loss that is not finite with the last good weights kept', async () => {
    const model = tinyCnn();
    let calls = 0;
    let good: number[] = [];
    const type = (logits: tf.Tensor2D) => {
      if (++calls === 3) good = weightsOf(model);
      return tf.mul(tf.sum<tf.Tensor1D>(tf.square(logits), 1), calls < 3 ? 1 : Infinity) as tf.Tensor1D;
    };
    const run = train(model, squares(28), { epochs: 1, batchSize: 7, loss: { type }, optimization: { clipNorm: 1 } });
    await expect(run).rejects.toThrow(/finite loss and gradient.*Lower the learning rate/s);
    const after = weightsOf(model);
    expect(after.every(Number.isFinite)).toBe(true);
    expect(trainable(model, after)).toEqual(trainable(model, good));
    model.dispose();
  });

  it('gives back the best weights after early stopping', async () => {
    const model = tinyCnn();
    const seen: number[][] = [];
    const { history, reason, bestEpoch } = await train(model, squares(28), {
      epochs: 30,
      batchSize: 14,
      validation: squares(7, 9),
      optimization: { learningRate: (epoch) => (epoch < 3 ? 0.02 : 2) },
      earlyStopping: { patience: 2 },
      callbacks: { onEpochEnd: async () => void seen.push(weightsOf(model)) },
    });
    expect(reason).toBe('earlyStopping');
    expect(history.length).toBe(bestEpoch! + 2);
    expect(weightsOf(model)).toEqual(seen[bestEpoch! - 1]);
    expect(weightsOf(model)).not.toEqual(seen.at(-1));
    model.dispose();
  });

  it('takes tensors, streams and a share of the data for validation', async () => {
    const data = squares(28);
    const xs = tf.tensor4d(Float32Array.from(data.images), [28, 16, 16, 1]);
    const ys = tf.tidy(() => oneHot(data.labels));
    const model = tinyCnn();
    const fromTensors = await train(model, { xs, ys }, { epochs: 1, batchSize: 7, validation: 0.25 });
    expect(fromTensors.history[0]!.valAccuracy).toBeGreaterThanOrEqual(0);
    const stream = tfd.generator(function* () {
      for (let i = 0; i < 4; i++) yield { xs: tf.slice(xs, i * 7, 7), ys: tf.slice(ys, i * 7, 7) };
    });
    const before = tf.memory().numTensors;
    const streamed = await train(model, stream, { epochs: 2, validation: stream, augment: { flip: 0.5 } });
    expect(streamed.steps).toBe(8);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([xs, ys]);
    model.dispose();
  });

  it('calls tfjs callbacks with the names of tfjs, and stops when one asks for it', async () => {
    const model = tinyCnn();
    const events: string[] = [];
    let logs: object = {};
    class Stopper extends tfl.Callback {
      override async onEpochEnd(epoch: number): Promise<void> {
        events.push(`end ${epoch}`);
        if (epoch === 1) this.model.stopTraining = true;
      }
    }
    const { reason } = await train(model, squares(14), {
      epochs: 5,
      batchSize: 7,
      validation: squares(7),
      callbacks: [
        new Stopper(),
        {
          onTrainBegin: async () => void events.push('begin'),
          onBatchEnd: async (batch) => void events.push(`batch ${batch}`),
          onEpochEnd: async (_epoch, given) => void (logs = given ?? {}),
          onTrainEnd: async () => void events.push('done'),
        },
      ],
    });
    expect(reason).toBe('callback');
    expect(events).toEqual(['begin', 'batch 0', 'batch 1', 'end 0', 'batch 0', 'batch 1', 'end 1', 'done']);
    expect(Object.keys(logs).sort()).toEqual(['acc', 'loss', 'lr', 'val_acc', 'val_loss']);
    model.dispose();
  });

  it('lowers the rate on a plateau, also across a resume', async () => {
    const learningRate = reduceOnPlateau({ initial: 1e-9, factor: 0.1, patience: 1, minDelta: 1 });
    const model = tinyCnn(1, 0);
    const store = memoryCheckpoint();
    const run = (epochs: number) =>
      train(model, squares(7), { epochs, optimization: { optimizer: 'sgd', learningRate }, checkpoint: { store } });
    await run(2);
    const { history } = await run(4);
    expect(history.map((record) => record.learningRate)).toBeAllClose([1e-9, 1e-9, 1e-10, 1e-11], { atol: 1e-15 });
    model.dispose();
  });

  it('notes the rate of the last step of an epoch, also if it is resumed behind that', async () => {
    const options = { epochs: 2, batchSize: 7, optimization: { learningRate: (epoch: number) => 0.01 / (1 + epoch) } };
    const run = async (stop: number) => {
      const [model, store, halt] = [tinyCnn(), memoryCheckpoint(), new AbortController()];
      let steps = 0;
      const onProgress = () => ++steps === stop && halt.abort(new Error('stop'));
      const checkpoint = { store, everySteps: 1 };
      const first = train(model, squares(14), {
        ...options,
        checkpoint,
        onProgress,
        signal: halt.signal,
        validation: squares(7),
      });
      if (stop !== Infinity) await expect(first).rejects.toThrow('stop');
      await first.catch(() => undefined);
      const { history } = await train(model, squares(14), { ...options, checkpoint, validation: squares(7) });
      model.dispose();
      return history.map(({ learningRate }) => learningRate);
    };
    // two steps an epoch: 0.01 / (1 + 1 / 2) and 0.01 / (1 + 3 / 2)
    for (const stop of [2, 4, Infinity]) expect(await run(stop)).toBeAllClose([0.01 / 1.5, 0.01 / 2.5]);
  });

  it('resumes a stream of unknown length to the last bit, also with a schedule', async () => {
    const data = squares(28);
    const stream = tfd.generator(function* () {
      for (let i = 0; i < 4; i++) {
        const labels = data.labels.subarray(7 * i, 7 * i + 7);
        const images = data.images.subarray(7 * i * 256, 7 * (i + 1) * 256);
        yield { xs: tf.tensor4d(Float32Array.from(images), [7, 16, 16, 1]), ys: tf.tidy(() => oneHot(labels)) };
      }
    });
    const learningRate = cosine({ peak: 0.05, epochs: 3 });
    const run = async (stop: number) => {
      const [model, store, halt] = [tinyCnn(), memoryCheckpoint(), new AbortController()];
      let steps = 0;
      const onProgress = () => ++steps === stop && halt.abort(new Error('stop'));
      const options = { epochs: 3, optimization: { learningRate }, checkpoint: { store } };
      await train(model, stream, { ...options, onProgress, signal: halt.signal }).catch(() => undefined);
      await train(model, stream, options);
      const weights = weightsOf(model);
      model.dispose();
      return weights;
    };
    expect(await run(6)).toEqual(await run(Infinity));
  });

  it('counts epochs from 1 in its progress, as in the history', async () => {
    const model = tinyCnn();
    const seen: [number, number][] = [];
    const onProgress: TrainOptions['onProgress'] = ({ epoch, batch }) => seen.push([epoch, batch]);
    const { history } = await train(model, squares(14), { epochs: 2, batchSize: 7, onProgress });
    expect(seen).toEqual([[1, 1], [1, 2], [2, 1], [2, 2]]); // prettier-ignore
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    model.dispose();
  });

  it.each([1, Infinity])(
    'gives the reason of the signal, not of a full disk (a checkpoint every %s steps)',
    async (every) => {
      const model = tinyCnn();
      const halt = new AbortController();
      const full = async () => {
        halt.abort(new Error('stop'));
        throw new Error('ENOSPC: no space left on device');
      };
      const checkpoint = {
        store: { read: async () => undefined, write: full },
        ...(Number.isFinite(every) && { everySteps: every }),
      };
      const onProgress = () => every > 1 && halt.abort(new Error('stop'));
      const run = train(model, squares(14), { epochs: 1, batchSize: 7, checkpoint, onProgress, signal: halt.signal });
      await expect(run).rejects.toThrow(/^stop$/);
      model.dispose();
    },
  );

  it('refuses a checkpoint of another run and damaged bytes', async () => {
    const model = tinyCnn();
    const store = memoryCheckpoint();
    await train(model, squares(7), { epochs: 1, checkpoint: { store } });
    const before = weightsOf(model);
    await expect(train(model, squares(7), { epochs: 2, seed: 8, checkpoint: { store } })).rejects.toThrow(/other seed/);
    await expect(train(model, squares(6), { epochs: 2, checkpoint: { store } })).rejects.toThrow(/other size/);
    const buffer = { read: async () => new ArrayBuffer(9) as never, write: store.write };
    await expect(train(model, squares(7), { epochs: 2, checkpoint: { store: buffer } })).rejects.toThrow(/ArrayBuffer/);
    const bytes = (await store.read())!;
    bytes[bytes.length - 2]! ^= 1;
    const damaged = { read: async () => bytes, write: store.write };
    await expect(train(model, squares(7), { epochs: 2, checkpoint: { store: damaged } })).rejects.toThrow(/checksum/);
    expect(weightsOf(model)).toEqual(before);
    model.dispose();
  });

  it('trains with a tfjs optimizer and leaves it to its owner', async () => {
    const optimizer = tf.train.adam(0.01);
    const model = tinyCnn();
    await train(model, squares(7), { epochs: 1, optimization: { optimizer } });
    expect(optimizer.iterations).toBe(1);
    optimizer.dispose();
    model.dispose();
  });
});

describeOn(
  TRAINING_BACKENDS.filter((backend) => backend === 'tensorflow'),
  'train with tf.node.tensorBoard',
  () => {
    it('writes the logs of each epoch', async () => {
      const { node } = createRequire(import.meta.url)('@tensorflow/tfjs-node');
      const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-'));
      const model = tinyCnn();
      await train(model, squares(7), { epochs: 2, validation: squares(7), callbacks: node.tensorBoard(folder) });
      const files = await readdir(folder, { recursive: true });
      const logs = await Promise.all(
        files.filter((file) => file.includes('tfevents')).map((file) => readFile(join(folder, file), 'latin1')),
      );
      expect(logs.some((log) => log.includes('loss'))).toBe(true);
      expect(logs.some((log) => log.includes('acc'))).toBe(true);
      await rm(folder, { recursive: true });
      model.dispose();
    });
  },
);

describeOn(TRAINING_BACKENDS.slice(0, 1), 'train', () => {
  expectNoLeaks();
  const bad: [string, object, RegExp][] = [
    ['no epochs', {}, /train: epochs/],
    ['a misspelt option', { epochs: 1, batchsize: 3 }, /"batchsize"/],
    ['a negative rate', { epochs: 1, optimization: { learningRate: -1 } }, /learningRate/],
    ['an unknown optimizer', { epochs: 1, optimization: { optimizer: 'lion' } }, /one of "sgd"/],
    ['a rate of null', { epochs: 1, optimization: { learningRate: null } }, /learningRate: expected a number, a sch/],
    ['a rate that is no schedule', { epochs: 1, optimization: { learningRate: {} } }, /learningRate: expected a numb/],
    ['empty validation data', { epochs: 1, validation: squares(0) }, /train: validation: expected at least one/],
    ['a share of no picture', { epochs: 1, validation: 0.01 }, /train: validation: expected at least one image/],
    [
      'validation data without labels',
      { epochs: 1, validation: { ...squares(7), labels: new Uint8Array(7).fill(255) } },
      /train: validation: expected a label for every image/,
    ],
    ['an unknown loss', { epochs: 1, loss: { type: 'mse' } }, /loss.type/],
    ['early stopping without validation', { epochs: 1, earlyStopping: {} }, /validation data/],
    ['no callback', { epochs: 1, callbacks: null }, /train: callbacks: expected tfjs callbacks/],
    ['a list with no callback', { epochs: 1, callbacks: [undefined] }, /train: callbacks: .* received undefined/],
    ['a loss that is a number', { epochs: 1, loss: { type: () => 3 } }, /loss.type: expected losses \[n\], received 3/],
    [
      'a loss of another shape',
      { epochs: 1, loss: { type: (logits: tf.Tensor2D) => tf.square(logits) } },
      /loss.type: expected losses \[n\], received \[7,7\]/,
    ],
    ['a share of 1', { epochs: 1, validation: 1 }, /train: validation/],
    ['an augmentation out of range', { epochs: 1, augment: { flip: 2 } }, /augment\.flip/],
    ['a store that is none', { epochs: 1, checkpoint: { store: {} } }, /read\(\) and write\(\)/],
    [
      'Adamax with a checkpoint',
      { epochs: 1, checkpoint: { store: memoryCheckpoint() }, optimization: { optimizer: 'adamax' } },
      /Adamax/,
    ],
  ];
  it.each(bad)('refuses %s before anything is changed', async (_title, options, message) => {
    const model = tinyCnn();
    const before = weightsOf(model);
    const adamax = tf.train.adamax(0.01);
    const given = options as TrainOptions;
    const optimization =
      given.optimization?.optimizer === ('adamax' as never) ? { optimizer: adamax } : given.optimization;
    const run = train(model, squares(7), { ...given, ...(optimization && { optimization }) });
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(message);
    expect(weightsOf(model)).toEqual(before);
    adamax.dispose();
    model.dispose();
  });

  it('names the option that must be given if it gets none', async () => {
    const model = tinyCnn();
    await expect(train(model, squares(7), undefined as never)).rejects.toThrow(/^train: epochs: expected an integer/);
    model.dispose();
  });

  it.each([undefined, NaN, Infinity, 1e300, -1])('stops before a step at the rate %s of a schedule', async (rate) => {
    const model = tinyCnn();
    const before = weightsOf(model);
    const learningRate = () => rate as number;
    const run = train(model, squares(7), { epochs: 1, optimization: { learningRate } });
    await expect(run).rejects.toThrow(/optimization.learningRate: expected a finite number in 0/);
    expect(weightsOf(model)).toEqual(before);
    model.dispose();
  });

  it.each([null, 'shallow', {}, { model: tinyCnn }])('refuses %j as a model', async (model) => {
    await expect(train(model as never, squares(7), { epochs: 1 })).rejects.toThrow(
      /train: model: expected a built model/,
    );
    await expect(evaluate(model as never, squares(7))).rejects.toThrow(
      /evaluate: model: expected a built tf\.LayersModel/,
    );
  });

  it('refuses an empty set, unlabelled pictures and other classes', async () => {
    const model = tinyCnn();
    const labels = new Uint8Array(7).fill(255);
    await expect(train(model, squares(0), { epochs: 1 })).rejects.toThrow(/empty data set/);
    await expect(train(model, { ...squares(7), labels }, { epochs: 1 })).rejects.toThrow(/label for every image/);
    await expect(train(model, squares(6, 1, 3), { epochs: 1 })).rejects.toThrow(InputError);
    await expect(train(model, 5 as never, { epochs: 1 })).rejects.toThrow(InputError);
    model.dispose();
  });

  it('refuses data with the classes of the model in another order, and takes other classes', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const model = addFacts(tinyCnn(), { classNames: names });
    const named = (classNames: readonly string[]) => ({ ...squares(7), classNames });
    const training = train(model, named([...names].reverse()), { epochs: 1 });
    await expect(training).rejects.toThrow(InputError);
    await expect(training).rejects.toThrow(/^train: data: .*Call data\.alignClasses\(classNames\) first/);
    const other = names.map((name) => name.toUpperCase());
    await train(model, named(other), { epochs: 1 });
    expect(factsOf(model).classNames).toEqual(other);
    model.dispose();
  });

  it('refuses data whose arrays do not fit, a stream without batches and a model without trainable weights', async () => {
    const model = tinyCnn();
    const seven = squares(7);
    const short: [Partial<LabeledImages>, RegExp][] = [
      [{ images: new Uint8Array(100) }, /train: data.images: expected 7 × 16 × 16 × 1 values, received 100/],
      [{ labels: new Uint8Array(6) }, /train: data.labels/],
      [{ targets: new Float32Array(48) }, /train: data.targets: expected 7 × 7 values, received 48/],
      [{ sampleWeights: new Float32Array(8) }, /train: data.sampleWeights/],
    ];
    for (const [change, message] of short) {
      await expect(train(model, { ...seven, ...change }, { epochs: 1 })).rejects.toThrow(message);
    }
    const nothing = tfd.generator<tf.TensorContainer>(function* () {});
    await expect(train(model, nothing, { epochs: 1 })).rejects.toThrow(/at least one batch, received an empty/);
    model.trainable = false;
    await expect(train(model, seven, { epochs: 1 })).rejects.toThrow(/train: model: expected weights that can/);
    model.dispose();
  });
});

function oneHot(labels: Uint8Array): tf.Tensor2D {
  return tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), 7), 'float32') as tf.Tensor2D;
}

/** The trainable ones of all weights, given as numbers. */
function trainable(model: tfl.LayersModel, all: readonly number[]): number[] {
  let at = 0;
  return model.weights.flatMap((weight) => {
    const values = all.slice(at, (at += tf.util.sizeFromShape(weight.shape as number[])));
    return model.trainableWeights.includes(weight) ? values : [];
  });
}
