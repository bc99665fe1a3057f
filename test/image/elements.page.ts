import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import { toImages } from '../../src/image/input';
import { type ImageSource, readImages } from '../../src/image/read';
import { toGraySize } from '../../src/image/preprocess';

/** The part of elements.browser.test.ts that runs in the page. */
export interface ElementsReport {
  /** Shape of the tensor by the kind of input. */
  shapes: Record<string, number[]>;
  /** Largest difference of the gray picture from that of the ImageData, by the kind of input. */
  differences: Record<string, number>;
  /** Tensors that were left behind. */
  leaked: number;
}

const [WIDTH, HEIGHT] = [24, 16];

function picture(alpha: (x: number) => number): ImageData {
  const image = new ImageData(WIDTH, HEIGHT);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    image.data.set([x * 10, y * 15, 255 - x * 5, alpha(x)], i * 4);
  }
  return image;
}

function canvasOf<T extends HTMLCanvasElement | OffscreenCanvas>(canvas: T, image: ImageData): T {
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.putImageData(image, 0, 0);
  return canvas;
}

async function imageOf(canvas: HTMLCanvasElement, shownWidth?: number): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = canvas.toDataURL('image/png');
  await image.decode();
  if (shownWidth !== undefined) image.width = shownWidth;
  document.body.append(image);
  return image;
}

async function videoOf(image: ImageData): Promise<HTMLVideoElement> {
  const canvas = document.createElement('canvas');
  setInterval(() => canvasOf(canvas, image), 20); // a stream has frames only where something is drawn
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = canvas.captureStream(30);
  const loaded = new Promise((resolve) => video.addEventListener('loadeddata', resolve, { once: true }));
  await video.play();
  await loaded;
  return video;
}

/** A canvas whose pixels no 2D context holds: each one is cleared to its colour by WebGL. */
function webglCanvasOf(image: ImageData): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  const gl = canvas.getContext('webgl2', { preserveDrawingBuffer: true })!;
  gl.enable(gl.SCISSOR_TEST);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [red, green, blue] = Array.from(image.data.subarray(4 * i, 4 * i + 3), (value) => value / 255);
    gl.scissor(i % WIDTH, HEIGHT - 1 - Math.floor(i / WIDTH), 1, 1);
    gl.clearColor(red!, green!, blue!, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }
  return canvas;
}

function floatsOf(image: ImageData): ImageData {
  const floats = new ImageData(WIDTH, HEIGHT, { pixelFormat: 'rgba-float16' } as ImageDataSettings);
  floats.data.set(Array.from(image.data, (value) => value / 255));
  return floats;
}

async function bitmapCanvasOf(source: HTMLCanvasElement): Promise<HTMLCanvasElement> {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  canvas.getContext('bitmaprenderer')!.transferFromImageBitmap(await createImageBitmap(source));
  return canvas;
}

/** A canvas that is drawn elsewhere, for instance by a worker. */
async function handedOverCanvasOf(image: ImageData): Promise<HTMLCanvasElement> {
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
  document.body.append(canvas);
  canvasOf(canvas.transferControlToOffscreen(), image);
  const probe = new OffscreenCanvas(1, 1).getContext('2d')!;
  do {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    probe.drawImage(canvas, 0, 0);
  } while (probe.getImageData(0, 0, 1, 1).data[3] === 0); // until it is handed back
  return canvas;
}

async function gray(input: ImageSource): Promise<{ shape: number[]; values: Float32Array }> {
  const images = within('here', () => toImages(input));
  const small = toGraySize(images, [HEIGHT, WIDTH]);
  try {
    return { shape: images.shape, values: await small.data<'float32'>() };
  } finally {
    tf.dispose([images, small]);
  }
}

async function compare(inputs: readonly [string, ImageSource, ImageData][]): Promise<ElementsReport> {
  const result: ElementsReport = { shapes: {}, differences: {}, leaked: -tf.memory().numTensors };
  for (const [name, input, original] of inputs) {
    const [a, b] = [await gray(input), await gray(original)];
    result.shapes[name] = a.shape;
    result.differences[name] = Math.max(...a.values.map((value, i) => Math.abs(value - b.values[i]!)));
  }
  result.leaked += tf.memory().numTensors;
  return result;
}

async function useBackend(backend: string): Promise<void> {
  await Promise.all([
    import('@tensorflow/tfjs-backend-cpu'),
    import('@tensorflow/tfjs-backend-webgl'),
    import('@tensorflow/tfjs-backend-webgpu'),
  ]);
  await tf.setBackend(backend);
}

async function report(backend: string): Promise<ElementsReport> {
  await useBackend(backend);
  const opaque = picture(() => 255);
  const seeThrough = picture((x) => 255 - x * 10);
  const canvas = canvasOf(document.createElement('canvas'), opaque);
  const veiled = canvasOf(document.createElement('canvas'), seeThrough);
  const inputs: [string, ImageSource, ImageData][] = [
    ['canvas', canvas, opaque],
    ['offscreen canvas', canvasOf(new OffscreenCanvas(1, 1), opaque), opaque],
    ['image', await imageOf(canvas), opaque],
    ['image shown small', await imageOf(canvas, 6), opaque],
    ['bitmap', await createImageBitmap(canvas), opaque],
    ['video', await videoOf(opaque), opaque],
    ['WebGL canvas', webglCanvasOf(opaque), opaque],
    ['bitmap canvas', await bitmapCanvasOf(canvas), opaque],
    ['canvas that was handed over', await handedOverCanvasOf(opaque), opaque],
    ['frame', new VideoFrame(canvas, { timestamp: 0 }), opaque],
    ['transparent canvas', veiled, seeThrough],
    ['transparent offscreen canvas', canvasOf(new OffscreenCanvas(1, 1), seeThrough), seeThrough],
    ['transparent bitmap', await createImageBitmap(veiled), seeThrough],
    ['transparent bitmap, straight', await createImageBitmap(veiled, { premultiplyAlpha: 'none' }), seeThrough],
    ['transparent bitmap of ImageData', await createImageBitmap(seeThrough), seeThrough],
    ['transparent frame', new VideoFrame(veiled, { timestamp: 0 }), seeThrough],
    ['transparent image', await imageOf(veiled), seeThrough],
    ['ImageData of floats', floatsOf(seeThrough), seeThrough],
  ];
  return compare(inputs);
}

/** What a worker can hold a picture in. */
async function reportOfWorker(backend: string): Promise<ElementsReport> {
  await useBackend(backend);
  const opaque = picture(() => 255);
  const seeThrough = picture((x) => 255 - x * 10);
  const canvas = canvasOf(new OffscreenCanvas(1, 1), opaque);
  const veiled = canvasOf(new OffscreenCanvas(1, 1), seeThrough);
  const decoded = await within('here', async () => readImages(await canvas.convertToBlob()));
  const result = await compare([
    ['offscreen canvas', canvas, opaque],
    ['bitmap', await createImageBitmap(canvas), opaque],
    ['frame', new VideoFrame(canvas, { timestamp: 0 }), opaque],
    ['blob', decoded, opaque],
    ['transparent offscreen canvas', veiled, seeThrough],
    ['transparent bitmap', await createImageBitmap(veiled), seeThrough],
  ]);
  decoded.dispose();
  return result;
}

function inWorker(backend: string): Promise<ElementsReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker('/page.js');
    worker.addEventListener('message', ({ data }) =>
      typeof data === 'string' ? reject(new Error(data)) : resolve(data),
    );
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.postMessage(backend);
  });
}

if (typeof document === 'undefined') {
  globalThis.addEventListener('message', ({ data }: MessageEvent<string>) => {
    reportOfWorker(data).catch(String).then(postMessage);
  });
}

Object.assign(globalThis, { report, inWorker });
