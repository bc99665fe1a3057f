// Measures where faces stand in FER2013's pictures: what MediaPipe's short-range detector finds in 300 Training rows, spread evenly, each
// enlarged five times on a gray ground. Its medians are FER2013_FRAMING in src/image/region.ts.
// Usage: node scripts/framing.mjs FER2013.csv[.gz]      after npm run build, with Chromium; installs the detector below node_modules/.cache
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { loadFer2013 } from 'fer-cnn/node';
import { chromium } from 'playwright-core';
import { install } from './support/install.mjs';

const COUNT = 300;
const TYPES = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm' };

/** Runs in the page: detections in pictures of 48 × 48 pixels, as shares of their sides. */
async function detectAll(count) {
  const pixels = new Uint8Array(await (await fetch('/pictures.bin')).arrayBuffer());
  const detector = new globalThis.FaceDetection({ locateFile: (file) => `/${file}` });
  detector.setOptions({ model: 'short', selfieMode: false });
  let found = [];
  detector.onResults(({ detections }) => (found = detections));
  await detector.initialize();
  const [small, large] = [48, 360].map((size) =>
    Object.assign(document.createElement('canvas'), { width: size, height: size }),
  );
  const [from, to] = [small.getContext('2d'), large.getContext('2d')];
  const share = (value) => (value * 360 - 60) / 240; // the picture is 240 pixels wide, 60 from the edge
  const faces = [];
  for (let i = 0; i < count; i++) {
    const gray = pixels.subarray(i * 48 * 48, (i + 1) * 48 * 48);
    from.putImageData(
      new ImageData(
        Uint8ClampedArray.from({ length: 4 * gray.length }, (_, k) => (k % 4 === 3 ? 255 : gray[k >> 2])),
        48,
      ),
      0,
      0,
    );
    to.fillStyle = '#777';
    to.fillRect(0, 0, 360, 360);
    to.drawImage(small, 60, 60, 240, 240);
    await detector.send({ image: large });
    if (found.length === 0) continue;
    const { boundingBox: box, landmarks } = found[0];
    const [a, b] = landmarks; // the eyes
    faces.push({
      eyeRow: share((a.y + b.y) / 2),
      eyeColumn: share((a.x + b.x) / 2),
      eyeDistance: Math.hypot(a.x - b.x, a.y - b.y) * 1.5,
      boxSide: box.width * 1.5,
      boxCentreRow: share(box.yCenter),
      boxCentreColumn: share(box.xCenter),
    });
  }
  return faces;
}

const training = (await loadFer2013(process.argv[2])).where('Training');
const rows = Array.from({ length: COUNT }, (_, i) => Math.floor(((i + 0.5) * training.size) / COUNT));
const pictures = Buffer.concat(rows.map((row) => training.images.subarray(row * 48 * 48, (row + 1) * 48 * 48)));
const require = install('framing', { '@mediapipe/face_detection': '0.4.1657300184' });
const folder = dirname(require.resolve('@mediapipe/face_detection/package.json'));
const server = createServer(({ url }, response) => {
  response.setHeader('content-type', TYPES[url.split('.').at(-1)] ?? 'application/octet-stream');
  if (url === '/index.html') response.end('<script src="/face_detection.js"></script>');
  else if (url === '/pictures.bin') response.end(pictures);
  else if (/^\/face_detection[\w.]*$/.test(url)) response.end(readFileSync(join(folder, url)));
  else response.writeHead(404).end();
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const args = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/index.html`);
const faces = await page.evaluate(detectAll, COUNT);
await browser.close();
server.close();

console.log(`${faces.length} of ${COUNT} faces found; lower quartile, median, upper quartile:`);
for (const key of Object.keys(faces[0])) {
  const values = faces.map((face) => face[key]).sort((a, b) => a - b);
  const quartiles = [0.25, 0.5, 0.75].map((q) => values[Math.floor(q * values.length)].toFixed(3));
  console.log(key.padEnd(16), ...quartiles);
}
