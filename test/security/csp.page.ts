import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import { createShallowCnn, loadClassifier } from 'fer-cnn';

setWasmPaths('/wasm/');

/** Classifies a picture on a backend, and tries what the policy forbids, to show that it is in force. */
export async function use(backend: string) {
  if (!(await tf.setBackend(backend))) throw new Error(`backend ${backend} did not start`);
  const model = createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [4] }, seed: 1 });
  const classifier = await loadClassifier({ model });
  const predictions = await classifier.classify({ data: new Uint8Array(64 * 64).fill(9), width: 64, height: 64 });
  await new Promise((resolve) => setTimeout(resolve)); // out of the call by the test, to which policies do not apply
  let evaluated = 'allowed';
  try {
    // oxlint-disable-next-line no-eval -- it is what must fail
    (0, eval)('1');
  } catch (error) {
    evaluated = (error as Error).name;
  }
  return { backend: tf.getBackend(), classes: predictions.length, evaluated };
}

Object.assign(globalThis, { use });
