// A rival from photo to faces with emotions, on WASM. Answers each line { file, width, height } (RGB bytes) with the faces that it finds.
// Usage: faces.cjs HOME human|face-api-tiny|face-api-ssd
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { createInterface } = require('node:readline');
const { startWasm } = require('./serve.cjs');

const [home, name] = process.argv.slice(2);

async function human() {
  const { requireHere, tf } = await startWasm(home);
  const folder = join(home, 'node_modules/@vladmandic/human');
  const web = globalThis.fetch; // Node's fetch does not read files
  globalThis.fetch = async (url, init) =>
    String(url).startsWith('file:') ? new Response(readFileSync(new URL(url))) : web(url, init);
  const { Human } = requireHere(join(folder, 'dist/human.node-wasm.js'));
  const off = { enabled: false };
  const others = { mesh: off, iris: off, description: off, antispoof: off, liveness: off };
  const detector = new Human({
    backend: '',
    debug: false,
    modelBasePath: `file://${folder}/models/`,
    cacheSensitivity: 0,
    face: {
      enabled: true,
      detector: { rotation: false, maxDetected: 50, minConfidence: 0.4 },
      emotion: { enabled: true, minConfidence: 0 },
      ...others,
    },
    ...{ filter: off, gesture: off, body: off, hand: off, object: off, segmentation: off },
  });
  const detect = async (pixels) => {
    const { face } = await detector.detect(pixels);
    return face.map(({ box, annotations, emotion = [] }) => ({
      box,
      eyes: [annotations.leftEye?.[0], annotations.rightEye?.[0]].map((point) => point?.slice(0, 2)),
      emotions: Object.fromEntries(emotion.map(({ emotion: className, score }) => [className, score])),
    }));
  };
  return { tf, detect };
}

async function faceApi(tiny) {
  const { requireHere, tf } = await startWasm(home);
  const entry = requireHere.resolve('@vladmandic/face-api/dist/face-api.node-wasm.js');
  const faceapi = requireHere(entry);
  const nets = [tiny ? 'tinyFaceDetector' : 'ssdMobilenetv1', 'faceLandmark68TinyNet', 'faceExpressionNet'];
  for (const net of nets) await faceapi.nets[net].loadFromDisk(join(dirname(entry), '../model'));
  const options = tiny
    ? new faceapi.TinyFaceDetectorOptions({ inputSize: 416 })
    : new faceapi.SsdMobilenetv1Options({ maxResults: 50 });
  const mean = (points) =>
    ['x', 'y'].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const detect = async (pixels) => {
    const found = await faceapi.detectAllFaces(pixels, options).withFaceLandmarks(true).withFaceExpressions();
    return found.map(({ detection: { box }, landmarks, expressions }) => ({
      box: [box.x, box.y, box.width, box.height],
      eyes: [mean(landmarks.getLeftEye()), mean(landmarks.getRightEye())],
      emotions: { ...expressions },
    }));
  };
  return { tf, detect };
}

async function main() {
  const { tf, detect } = await (name === 'human' ? human() : faceApi(name === 'face-api-tiny'));
  console.log(JSON.stringify({ ready: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { file, width, height } = JSON.parse(line);
    const data = readFileSync(file);
    const before = process.cpuUsage();
    const start = performance.now();
    const pixels = tf.tensor3d(new Int32Array(data), [height, width, 3], 'int32');
    const faces = await detect(pixels);
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    pixels.dispose();
    console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, faces }));
  }
}

void main();
