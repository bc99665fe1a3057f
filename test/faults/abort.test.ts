import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { loadFer2013 } from '../../src/data/fer2013';
import { evaluate } from '../../src/evaluate/evaluate';
import { predict } from '../../src/evaluate/predict';
import { memoryCheckpoint } from '../../src/train/checkpoint-store';
import { train } from '../../src/train/train';
import { describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';
import { tinyCnn } from '../support/tiny';

/** Turns of the event loop after which work is aborted: densely at the beginning, then ever more rarely. */
const MOMENTS = [0, 1, 2, 3, 5, 8, 13, 21];

/** Starts some work once for each moment, aborts it then, and looks at what is left. Gives how often it was aborted. */
async function abortEverywhere(start: (signal: AbortSignal) => Promise<unknown>): Promise<number> {
  let aborted = 0;
  for (const turns of MOMENTS) {
    const controller = new AbortController();
    const reason = new Error(`after ${turns} turns`);
    const before = tf.memory().numTensors;
    const work = start(controller.signal).then(
      () => 'done',
      (error: unknown) => error,
    );
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setImmediate(resolve));
    controller.abort(reason);
    const outcome = await work;
    if (outcome !== 'done') {
      expect(outcome).toBe(reason);
      aborted++;
    }
    expect(tf.memory().numTensors, reason.message).toBe(before);
  }
  return aborted;
}

describeOn(['cpu'], 'aborting at any moment leaves no tensor over and gives the reason of the signal', () => {
  expectNoLeaks();

  const images = squares(14);
  beforeAll(async () => {
    const model = tinyCnn(); // so that what is made once for all is there
    await train(model, images, { epochs: 1, optimization: { optimizer: 'adam' } });
    model.dispose();
  });

  it('in training, with averages, early stopping, validation, checkpoints and callbacks', async () => {
    const aborted = await abortEverywhere(async (signal) => {
      const model = tinyCnn();
      try {
        await train(model, images, {
          epochs: 3,
          batchSize: 7,
          validation: squares(7, 2),
          augment: { flip: 0.5, affine: { rotate: 5 } },
          optimization: { optimizer: 'adam', averaging: 0.9, clipNorm: 1 },
          earlyStopping: { patience: 3 },
          checkpoint: { store: memoryCheckpoint(), everySteps: 1 },
          callbacks: { onBatchEnd: async () => void (await new Promise((resolve) => void setImmediate(resolve))) },
          signal,
        });
      } finally {
        model.dispose();
      }
    });
    expect(aborted).toBeGreaterThan(5);
  }, 120_000);

  it('in evaluation and prediction', async () => {
    const model = tinyCnn();
    const aborted = [
      await abortEverywhere((signal) => evaluate(model, images, { batchSize: 1, signal })),
      await abortEverywhere((signal) => predict(model, images, { batchSize: 1, signal })),
    ];
    model.dispose();
    for (const times of aborted) expect(times).toBeGreaterThan(0); // the plain CPU backend needs few turns
  });

  it('in the loading of a data set', async () => {
    const row = `0,${'7 '.repeat(2304).trim()},Training\n`;
    const csv = `emotion,pixels,Usage\n${row.repeat(200)}`;
    const slowly = () => {
      let at = 0;
      return new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((resolve) => void setImmediate(resolve));
          if (at >= csv.length) return controller.close();
          controller.enqueue(new TextEncoder().encode(csv.slice(at, (at += 20_000))));
        },
      });
    };
    expect(await abortEverywhere((signal) => loadFer2013(slowly(), { signal }))).toBeGreaterThan(4);
  });
});
