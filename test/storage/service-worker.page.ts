/** What a service worker in several files can do: it answers any message with what came of it. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { getBackend } from '@tensorflow/tfjs-core';
import { loadClassifier } from 'fer-cnn';
import { loadFaceDetector } from 'fer-cnn/faces';
import weights from 'fer-cnn/weights/shallow';

setWasmPaths('/wasm/');

const failure = (work: Promise<unknown>) => work.then(() => 'none', String);

async function answer() {
  const classifier = await loadClassifier(weights);
  const [best] = await classifier.classify({ data: new Uint8Array(48 * 48).fill(90), width: 48, height: 48 });
  const [classifierByName, detector] = [await failure(loadClassifier('compact')), await failure(loadFaceDetector())];
  return { backend: getBackend(), best: best!.className, classifierByName, detector };
}

/** What a page that has such a worker gets. */
export type Answer = Awaited<ReturnType<typeof answer>>;

addEventListener('message', async ({ source }) => source!.postMessage(await answer().catch(String)));
