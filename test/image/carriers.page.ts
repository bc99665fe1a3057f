import * as tf from '@tensorflow/tfjs-core';
import type { Classifier } from '../../src/classify/classifier';
import { loadClassifier } from '../../src/classify/load';
import type { ProbabilityOptions } from '../../src/classify/options';
import type { ImageSource } from '../../src/image/read';

/** The part of carriers.browser.test.ts that runs in the page. */
export interface CarriersReport {
  /** Probabilities by the name of the file, or of what held its picture. */
  probabilities: Record<string, number[]>;
  /** Probabilities of the `<img>` that shows a file, by its name. */
  shown: Record<string, number[]>;
  /** Probabilities of the face turned by its eyes. */
  turned: number[];
  /** Message of the error by what was wrong. */
  errors: Record<string, string>;
  /** Tensors that were left behind. */
  leaked: number;
}

type Face = Omit<ProbabilityOptions, 'regions'>;

async function imageOf(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function canvasOf<T extends HTMLCanvasElement | OffscreenCanvas>(canvas: T, image: HTMLImageElement): T {
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  (canvas.getContext('2d') as CanvasRenderingContext2D).drawImage(image, 0, 0);
  return canvas;
}

async function videoOf(image: HTMLImageElement): Promise<HTMLVideoElement> {
  const canvas = document.createElement('canvas');
  const timer = setInterval(() => canvasOf(canvas, image), 50); // a stream has frames only where something is drawn
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = canvas.captureStream(10);
  const loaded = new Promise((resolve) => video.addEventListener('loadeddata', resolve, { once: true }));
  await video.play();
  await loaded;
  clearInterval(timer);
  return video;
}

/** Everything that a page can hold the picture of one file in. */
async function holders(url: string): Promise<Record<string, ImageSource>> {
  const blob = await (await fetch(url)).blob();
  const image = await imageOf(url);
  const canvas = canvasOf(document.createElement('canvas'), image);
  const data = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  const upright = { imageOrientation: 'from-image' } as const;
  return {
    Blob: blob,
    File: new File([blob], 'face.png'),
    ArrayBuffer: await blob.arrayBuffer(),
    Uint8Array: new Uint8Array(await blob.arrayBuffer()),
    URL: new URL(url, document.baseURI),
    'blob: URL': URL.createObjectURL(blob),
    'image element': image,
    canvas,
    OffscreenCanvas: canvasOf(new OffscreenCanvas(1, 1), image),
    ImageBitmap: await createImageBitmap(blob, upright),
    ImageData: data,
    VideoFrame: new VideoFrame(canvas, { timestamp: 0 }),
    video: await videoOf(image),
    'int32 tensor': tf.browser.fromPixels(data, 4),
  };
}

async function failures(classifier: Classifier): Promise<Record<string, string>> {
  const canvas = new OffscreenCanvas(2, 2);
  canvas.getContext('2d');
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  frame.close();
  const wrong = { missing: '/none.png', text: new Blob(['no picture']), empty: new Blob([]), 'closed frame': frame };
  const errors: Record<string, string> = {};
  for (const [name, input] of Object.entries(wrong)) {
    errors[name] = await classifier.classify(input).then(
      () => 'none',
      (error: Error) => error.message,
    );
  }
  return errors;
}

async function report(backend: string, files: string[], face: Face, eyes: Face): Promise<CarriersReport> {
  await Promise.all([import('@tensorflow/tfjs-backend-cpu'), import('@tensorflow/tfjs-backend-webgl')]);
  await tf.setBackend(backend);
  const classifier = await loadClassifier('/weights/model.json');
  const pictures: Record<string, ImageSource> = await holders('/photo.png');
  const before = tf.memory().numTensors;
  const probabilities: Record<string, number[]> = {};
  for (const file of files) probabilities[file] = await classifier.probabilities(`/${file}`, face);
  for (const [name, picture] of Object.entries(pictures)) {
    probabilities[name] = (await classifier.probabilities(picture, face)) as number[];
  }
  const shown: Record<string, number[]> = {};
  for (const file of files) shown[file] = await classifier.probabilities(await imageOf(`/${file}`), face);
  const turned = await classifier.probabilities('/photo.png', eyes);
  const errors = await failures(classifier);
  return { probabilities, shown, turned, errors, leaked: tf.memory().numTensors - before };
}

Object.assign(globalThis, { report });
