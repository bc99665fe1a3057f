import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { createShallowCnn, Dataset, loadClassifier, train } from 'fer-cnn';
import type { GoldenPicture } from '../../src/cli/golden';

/** What a page does with the built package; the part of smoke.test.ts that runs in Chromium. */
export const actions = {
  /** Loads a classifier and gives the probabilities of a golden picture. */
  async classify(backend: string, source: string, { shape, pixels }: GoldenPicture) {
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const classifier = await loadClassifier(source);
    const [height, width, channels] = shape;
    const data = Uint8Array.from(atob(pixels), (byte) => byte.charCodeAt(0));
    const probabilities = await classifier.probabilities({ data, height, width, channels: channels as 1 | 3 });
    classifier.dispose();
    return { backend: tf.getBackend(), probabilities, tensorsLeft: tf.memory().numTensors - before };
  },

  /** Trains a tiny network for two epochs and gives its losses. */
  async train(backend: string, images: number[], labels: number[]) {
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const { losses, model } = await trainTiny(Uint8Array.from(images), Uint8Array.from(labels));
    model.dispose();
    return { backend: tf.getBackend(), losses, tensorsLeft: tf.memory().numTensors - before };
  },
};

async function trainTiny(images: Uint8Array, labels: Uint8Array) {
  const model = createShallowCnn({ inputSize: [16, 16], conv: { filters: [3, 4] }, dense: { units: [8] }, seed: 2 });
  const data = new Dataset({ images, labels, height: 16, width: 16 });
  const { history } = await train(model, data, { epochs: 2, batchSize: 7, seed: 3 });
  return { losses: history.map(({ loss }) => loss), model };
}

Object.assign(globalThis, { actions });
