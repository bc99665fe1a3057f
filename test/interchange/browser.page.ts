import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { exportKeras, exportOnnx, importKeras } from 'fer-cnn/interchange';

type Model = Awaited<ReturnType<typeof importKeras>>;

const fetched = async (path: string) => (await fetch(path)).blob();

function predict(model: Model, x: number[], shape: number[]): number[] {
  return tf.tidy(() => Array.from((model.predict(tf.tensor(x, shape)) as tf.Tensor).dataSync()));
}

/** What browser.test.ts does in Chromium with the built package. */
export const actions = {
  /** Reads a file, predicts, writes it as `.keras` and ONNX, reads what was written, and predicts again. */
  async roundTrip(path: string, x: number[], shape: number[]) {
    await tf.setBackend('cpu');
    const model = await importKeras(await fetched(path));
    const file = await exportKeras(model);
    const back = await importKeras(file);
    return {
      outputs: predict(model, x, shape),
      again: predict(back, x, shape),
      keras: Array.from(file),
      onnx: Array.from(await exportOnnx(model)),
    };
  },

  /** Reads an architecture by its URL and weights from a blob, and predicts. */
  async fromParts(json: string, weights: string, x: number[], shape: number[]) {
    await tf.setBackend('cpu');
    const model = await importKeras({ json, weights: await fetched(weights) });
    return predict(model, x, shape);
  },

  /** The message for a file that is cut off. */
  async cutOff(path: string) {
    await tf.setBackend('cpu');
    const file = await fetched(path);
    return importKeras(file.slice(0, file.size / 2)).then(String, ({ name, message }: Error) => `${name}: ${message}`);
  },
};

Object.assign(globalThis, { actions });
