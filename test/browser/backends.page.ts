import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { type Classifier, classify, cropFaces, FerError, loadClassifier, loadImage, type PixelData } from 'fer-cnn';
import { explain } from 'fer-cnn/explain';
import { classifyFaces } from 'fer-cnn/faces';
import type { GoldenPicture } from '../../src/cli/golden';

setWasmPaths('/wasm/');

/** What is used here of tfjs's GPU backends and not public there. */
interface GpuBackend {
  gpgpu?: { gl: WebGLRenderingContext };
  device?: { destroy(): void };
}

/** Bytes of an image in base64, with height, width and channels. */
type Pixels = Pick<GoldenPicture, 'shape' | 'pixels'>;

/** Takes the graphics card away from the active backend, as a driver that starts anew does. */
function loseDevice(): void {
  const { gpgpu, device } = tf.backend() as unknown as GpuBackend;
  gpgpu?.gl.getExtension('WEBGL_lose_context')!.loseContext();
  device?.destroy();
}

function pixelsOf({ shape: [height, width, channels], pixels }: Pixels): PixelData {
  const data = Uint8Array.from(atob(pixels), (byte) => byte.charCodeAt(0));
  return { data, height, width, channels: channels as 1 | 3 };
}

/** The message of the error that a promise is rejected with, or what it gives. */
async function outcome(result: Promise<unknown>): Promise<string> {
  return result.then(
    (value) => JSON.stringify(value),
    (error: unknown) => (error instanceof FerError ? `${error.name}: ${error.message}` : String(error)),
  );
}

async function rows(classifier: Classifier, pictures: GoldenPicture[]): Promise<number[][]> {
  const rows: number[][] = [];
  for (const picture of pictures) rows.push(await classifier.probabilities(pixelsOf(picture)));
  return rows;
}

/** What backends.test.ts does in Chromium. */
export const actions = {
  /** The probabilities of pictures. */
  async classify(backend: string, source: string, pictures: GoldenPicture[]) {
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const classifier = await loadClassifier(source);
    const probabilities = await rows(classifier, pictures);
    classifier.dispose();
    return { backend: tf.getBackend(), probabilities, tensorsLeft: tf.memory().numTensors - before };
  },

  /** The probabilities of pictures on one backend after the other, by one classifier. */
  async tour(backends: string[], source: string, pictures: GoldenPicture[]) {
    await tf.setBackend(backends[0]!);
    const classifier = await loadClassifier(source);
    const stations: { backend: string; probabilities: number[][] }[] = [];
    for (const backend of backends) {
      await tf.setBackend(backend);
      stations.push({ backend: tf.getBackend(), probabilities: await rows(classifier, pictures) });
    }
    classifier.dispose();
    return stations;
  },

  /** The heat map of a picture for a class, row by row, and how it was made. */
  async explain(backend: string, source: string, picture: GoldenPicture, className: string) {
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const classifier = await loadClassifier(source);
    const { map, method } = await explain(classifier, pixelsOf(picture), { className });
    const values = Array.from(await map.data());
    map.dispose();
    classifier.dispose();
    return { method, values, tensorsLeft: tf.memory().numTensors - before };
  },

  /** The first face in a picture, and a face that is cut out turned, all numbers in one list each. */
  async findFace(backend: string, picture: Pixels, leftEye: [number, number], rightEye: [number, number]) {
    await tf.setBackend(backend);
    const pixels = pixelsOf(picture);
    await classifyFaces(pixels); // loads what is kept
    const before = tf.memory().numTensors;
    const [face] = await classifyFaces(pixels);
    const { box, landmarks, score } = face!;
    const image = await loadImage(pixels);
    const crop = tf.tidy(() => cropFaces(image, [{ landmarks: { leftEye, rightEye } }]));
    const values = Array.from(await crop.data());
    tf.dispose([image, crop]);
    const { x, y, width, height } = box;
    const found = [x, y, width, height, ...landmarks!.leftEye, ...landmarks!.rightEye];
    return { found, score: score!, values, tensorsLeft: tf.memory().numTensors - before };
  },

  /** What comes of calls when the graphics card is lost, and after it. */
  async lose(backend: string, source: string, picture: GoldenPicture) {
    await tf.setBackend(backend);
    const pixels = pixelsOf(picture);
    const classifier = await loadClassifier(source);
    await Promise.all([classifier.probabilities(pixels), classify(pixels)]);
    const inFlight = classifier.probabilities(pixels);
    loseDevice();
    const lost = [await outcome(inFlight), await outcome(classifier.probabilities(pixels))];
    const shared = await outcome(classify(pixels));
    const factory = tf.findBackendFactory(backend);
    await tf.setBackend('wasm');
    const elsewhere = await outcome(classifier.probabilities(pixels));
    const sharedElsewhere = await classify(pixels);
    classifier.dispose();
    tf.removeBackend(backend);
    tf.registerBackend(backend, factory);
    const [onWasm, anew] = [
      await actions.classify('wasm', source, [picture]),
      await actions.classify(backend, source, [picture]),
    ];
    return { lost, shared, elsewhere, sharedElsewhere, onWasm, anew };
  },

  /** The probabilities of a tensor that another copy of tfjs made. */
  async useCopy(source: string, { shape, pixels }: GoldenPicture) {
    const copy = (globalThis as unknown as { copy: typeof tf }).copy;
    await tf.setBackend('cpu');
    const classifier = await loadClassifier(source);
    const input = copy.tensor3d(
      Array.from(atob(pixels), (byte) => byte.charCodeAt(0)),
      shape,
    );
    const probabilities = await classifier.probabilities(input);
    copy.dispose(input);
    classifier.dispose();
    return { isCopy: copy.Tensor !== tf.Tensor, probabilities };
  },
};

Object.assign(globalThis, { actions });
