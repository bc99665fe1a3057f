import type * as tf from '@tensorflow/tfjs-core';
import { createModel, Dataset, loadClassifier, train } from 'fer-cnn';
import { createFaceClassifier } from 'fer-cnn/faces';
import { useBackend } from '../../examples/browser/backends';
import { messageOf } from './html';
import type { Measured, Order, TaskName } from './numbers-messages';

const ROUNDS = 9; // at most, of which the median counts
const TIME = 3000; // ms for all rounds
const SIDE = 48;
const TRAINED = 8; // images in a training step

/** Returns milliseconds if it knows better how long it took. */
type Task = () => Promise<unknown>;

/** Median time in ms. The first run, which compiles and loads, does not count unless it alone takes longer than all may. */
async function time(task: Task): Promise<number> {
  const times: number[] = [];
  const start = performance.now();
  while (times.length <= ROUNDS && performance.now() - start < TIME) {
    const begin = performance.now();
    const told = await task();
    times.push(typeof told === 'number' ? told : performance.now() - begin);
  }
  const counted = (times.length > 1 ? times.slice(1) : times).sort((a, b) => a - b);
  return counted[Math.floor(counted.length / 2)]!;
}

/** Made-up gray faces: what is on an image does not change how long it takes. */
function madeUp(count: number): Dataset {
  const images = Uint8Array.from({ length: count * SIDE * SIDE }, (_, i) => (i * 37) % 251);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 7);
  const parts = { images, labels, splits: new Uint8Array(count), rows: Uint32Array.from(labels.keys()) };
  return new Dataset({ ...parts, height: SIDE, width: SIDE });
}

/** What is measured. The worker ends with it, so that nothing is disposed of. */
const TASKS: Record<TaskName, (photo: ImageBitmap) => Promise<Task>> = {
  async face() {
    const classifier = await loadClassifier('compact');
    const data = new Uint8Array(SIDE * SIDE).map((_, i) => i % 251);
    return () => classifier.classify({ data, width: SIDE, height: SIDE, channels: 1 });
  },
  async faces() {
    const classifier = await loadClassifier('compact');
    const { xs } = madeUp(64).toTensors();
    return () => classifier.probabilities(xs as tf.Tensor4D);
  },
  async photo(photo) {
    const faces = createFaceClassifier({ classifier: await loadClassifier('compact') });
    return () => faces.classify(photo);
  },
  async step() {
    const model = createModel('compact');
    const images = madeUp(TRAINED);
    return async () => {
      const { history } = await train(model, images, { epochs: 1, batchSize: TRAINED });
      return history[0]!.seconds * 1000;
    };
  },
};

const say = (measured: Measured) => postMessage(measured);

addEventListener('message', async ({ data: { backend, task, photo } }: MessageEvent<Order>) => {
  try {
    await useBackend(backend);
    say({ ms: await time(await TASKS[task](photo)) });
  } catch (error) {
    say({ problem: messageOf(error) });
  }
});
