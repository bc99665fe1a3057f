import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createShallowCnn } from '../../src/models/shallow';
import { train } from '../../src/train/train';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';

const STEPS = 1000;

/** What is held: tensors, their bytes, and on WASM the size of the heap, where kernels keep prepared weights too. */
function held() {
  const { numTensors, numBytes } = tf.memory();
  const { wasm } = tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } };
  return { numTensors, numBytes, heap: wasm?.HEAPU8.length };
}

/** The plain CPU backend, which has no memory of its own, is left out: it takes a minute. */
const FAST = BACKENDS.filter((name) => name !== 'cpu');

describeOn(FAST, `a run of ${STEPS} steps`, () => {
  expectNoLeaks();

  it('holds no more at its end than near its beginning', async () => {
    const filters = [8, 8]; // with 32 tiles a batch, so that WASM takes its fast convolutions
    const model = createShallowCnn({ inputSize: [8, 8], conv: { filters }, dense: { units: [4] }, seed: 1 });
    const seen: ReturnType<typeof held>[] = [];
    await train(model, squares(32), {
      epochs: STEPS / 4,
      batchSize: 8,
      optimization: { learningRate: 0.01, averaging: 0.9 },
      callbacks: { onBatchEnd: async () => void seen.push(held()) },
    });
    model.dispose();
    expect(seen).toHaveLength(STEPS);
    expect(seen.at(-1)).toEqual(seen[20]);
  }, 240_000);
});
