// Measures face detectors in Node on WASM: how long each takes for examples/pictures/astronaut.jpg, and what it finds.
// Usage: node scripts/detectors.mjs human|face-api      installs the package below node_modules/.cache first
import { dirname, join } from 'node:path';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { install } from './support/install.mjs';

const DETECTORS = { human, 'face-api': faceApi };
const RUNS = 20;

async function startWasm(require, core) {
  const tf = require(core);
  const wasm = require.resolve('@tensorflow/tfjs-backend-wasm/package.json');
  require('@tensorflow/tfjs-backend-wasm').setWasmPaths(join(dirname(wasm), 'dist/'));
  await tf.setBackend('wasm');
  return tf;
}

async function human() {
  const require = install('human', { '@vladmandic/human': '3.3.6', '@tensorflow/tfjs-converter': '4.22.0' });
  const tf = await startWasm(require, '@tensorflow/tfjs-core');
  const folder = join(dirname(require.resolve('@vladmandic/human')), '..');
  const web = globalThis.fetch;
  globalThis.fetch = async (url, init) =>
    String(url).startsWith('file:') ? new Response(await readFile(new URL(url))) : web(url, init);
  const { Human } = require(join(folder, 'dist/human.node-wasm.js'));
  const off = { enabled: false };
  const others = { mesh: off, iris: off, emotion: off, description: off, antispoof: off, liveness: off };
  const detector = new Human({
    backend: '',
    debug: false,
    modelBasePath: `file://${folder}/models/`,
    cacheSensitivity: 0,
    face: { enabled: true, detector: { rotation: false, maxDetected: 20, minConfidence: 0.4 }, ...others },
    ...{ filter: off, gesture: off, body: off, hand: off, object: off, segmentation: off },
  });
  const detect = async (pixels) => (await detector.detect(pixels)).face.map(({ box }) => box);
  return { tf, detectors: { 'Human, BlazeFace': detect } };
}

async function faceApi() {
  const require = install('face-api', { '@vladmandic/face-api': '1.7.15', '@tensorflow/tfjs': '4.22.0' });
  const tf = await startWasm(require, '@tensorflow/tfjs');
  const entry = require.resolve('@vladmandic/face-api/dist/face-api.node-wasm.js');
  const faceapi = require(entry);
  const models = join(dirname(entry), '../model');
  for (const net of ['tinyFaceDetector', 'ssdMobilenetv1', 'faceLandmark68TinyNet']) {
    await faceapi.nets[net].loadFromDisk(models);
  }
  const detectWith = (options) => async (pixels) => {
    const found = await faceapi.detectAllFaces(pixels, options).withFaceLandmarks(true);
    return found.map(({ detection: { box } }) => [box.x, box.y, box.width, box.height]);
  };
  return {
    tf,
    detectors: {
      'face-api, tiny detector and landmarks': detectWith(new faceapi.TinyFaceDetectorOptions({ inputSize: 416 })),
      'face-api, SSD MobileNet and landmarks': detectWith(new faceapi.SsdMobilenetv1Options()),
    },
  };
}

const start = DETECTORS[process.argv[2]];
if (!start) throw new Error(`expected one of ${Object.keys(DETECTORS).join(', ')}`);
const { tf, detectors } = await start();
const picture = sharp(join(import.meta.dirname, '../examples/pictures/astronaut.jpg'))
  .removeAlpha()
  .raw();
const { data, info } = await picture.toBuffer({ resolveWithObject: true });
for (const [name, detect] of Object.entries(detectors)) {
  const times = [];
  let boxes = [];
  for (let run = 0; run < RUNS; run++) {
    const pixels = tf.tensor3d(data, [info.height, info.width, 3], 'int32');
    const before = process.cpuUsage();
    boxes = await detect(pixels);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
    pixels.dispose();
  }
  const median = times.sort((a, b) => a - b)[RUNS / 2];
  console.log(
    `${name}: ${median.toFixed(0)} ms of processor time (median of ${RUNS}), boxes ${JSON.stringify(boxes.map((box) => box.map(Math.round)))}`,
  );
}
