import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../docs/documents';
import { CHROMIUM, HAS_CHROMIUM, serve } from '../support/browser';
import { installOnDemand } from '../support/on-demand';
import { type OpenSite, openSite } from '../support/open-site';

const PACKAGES = {
  '@mediapipe/face_detection': '0.4.1646425229',
  '@tensorflow-models/face-detection': '1.0.3',
  '@tensorflow/tfjs-converter': '4.22.0',
};
const require = HAS_CHROMIUM ? await installOnDemand('media-pipe', PACKAGES) : undefined;

// As a string, since the packages are not there when the types are checked.
const PAGE = `
  import * as tf from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-backend-webgl';
  import { createDetector, SupportedModels } from '@tensorflow-models/face-detection';
  import { createShallowCnn, loadClassifier } from '${ROOT}src/index.ts';
  import { createFaceClassifier, createTracker, fromFaceDetection } from '${ROOT}src/faces/index.ts';

  const load = async () => {
    const image = new Image();
    image.src = '/astronaut.jpg';
    await image.decode();
    image.width = 100; // shown smaller than it is
    document.body.append(image);
    return image;
  };

  const draw = (image, left) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 480, height: 480 });
    canvas.getContext('2d').drawImage(image, left, 0);
    return canvas;
  };

  let faces;
  const start = async () => {
    await tf.setBackend('webgl');
    const solutionPath = location.origin + '/face_detection';
    const detector = await createDetector(SupportedModels.MediaPipeFaceDetector, { runtime: 'mediapipe', solutionPath, maxFaces: 5 });
    const classifier = await loadClassifier({ model: createShallowCnn({ conv: { filters: [4, 4] }, dense: { units: [4] } }) });
    faces = createFaceClassifier({ detector: fromFaceDetection(detector), classifier });
  };

  globalThis.actions = {
    start,
    async photos() {
      const image = await load();
      const canvas = draw(image, 0);
      const data = canvas.getContext('2d').getImageData(0, 0, 480, 480);
      const blank = Object.assign(document.createElement('canvas'), { width: 300, height: 200 });
      blank.getContext('2d').fillRect(0, 0, 300, 200);
      await faces.classify(canvas);
      const before = tf.memory().numTensors;
      const found = {};
      for (const [name, photo] of Object.entries({ image, canvas, data, blank })) found[name] = await faces.classify(photo);
      return { found, left: tf.memory().numTensors - before };
    },
    async film() {
      const image = await load();
      const canvas = draw(image, 0);
      const video = Object.assign(document.createElement('video'), { muted: true, srcObject: canvas.captureStream(20) });
      await video.play();
      let left = 0;
      const timer = setInterval(() => canvas.getContext('2d').drawImage(image, (left -= 0.5), 0), 50);
      const tracker = createTracker(faces);
      const seen = [];
      await tracker.start(video, (followed) => {
        seen.push(followed.map(({ id, className, predictions }) => ({ id, className, classes: predictions.length })));
        if (seen.length >= 3) tracker.stop();
      });
      clearInterval(timer);
      return seen;
    },
  };
`;

interface Found {
  box: { x: number; y: number; width: number; height: number };
  landmarks: { leftEye: [number, number]; rightEye: [number, number] };
  predictions: unknown[];
}

const where = `in Chromium (skipped without ${CHROMIUM}, or a network to install MediaPipe)`;

describe.skipIf(!require)(`MediaPipe's face detection ${where}`, { timeout: 180_000 }, () => {
  let site: OpenSite;
  let page: Page;
  const elsewhere: string[] = [];

  beforeAll(async () => {
    const solution = dirname(require!.resolve('@mediapipe/face_detection'));
    const { outputFiles } = await build({
      stdin: { contents: PAGE, resolveDir: ROOT },
      nodePaths: [`${solution}/../..`],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      external: ['fer-cnn/weights/*'],
      alias: { '#platform': `${ROOT}src/platform/browser.ts` },
      write: false,
      logLevel: 'silent',
    });
    const html = '<!doctype html><title>faces</title><script type="module" src="/page.js"></script>';
    const files = readdirSync(solution).map((file) => [`/face_detection/${file}`, readFileSync(`${solution}/${file}`)]);
    const server = await serve({
      '/index.html': html,
      '/page.js': outputFiles[0]!.contents,
      '/astronaut.jpg': readFileSync(`${ROOT}examples/pictures/astronaut.jpg`),
      ...Object.fromEntries(files),
    });
    site = await openSite(server);
    page = await site.browser.newPage();
    page.on('request', (request) => request.url().startsWith(server.url) || elsewhere.push(request.url()));
    await page.goto(`${server.url}/index.html`, { waitUntil: 'load' });
    await page.evaluate('actions.start()');
  }, 180_000);

  afterAll(() => site?.close());

  it('finds the face and its eyes whatever holds the photo, and none in a blank one', async () => {
    type Photos = { found: Record<string, Found[]>; left: number };
    const { found, left } = await page.evaluate<Photos>('actions.photos()');
    expect(found['blank']).toEqual([]);
    for (const name of ['image', 'canvas', 'data']) {
      expect(found[name], name).toHaveLength(1);
      const [{ box, landmarks, predictions }] = found[name] as [Found];
      expect(Math.hypot(box.x + box.width / 2 - 225, box.y + box.height / 2 - 125), name).toBeLessThan(25);
      expect(box.width / 100, name).toBeCloseTo(1, 0);
      const eyes = [landmarks.leftEye, landmarks.rightEye].sort((a, b) => a[0] - b[0]);
      expect(Math.hypot(eyes[0]![0] - 203, eyes[0]![1] - 102), name).toBeLessThan(10);
      expect(Math.hypot(eyes[1]![0] - 248, eyes[1]![1] - 104), name).toBeLessThan(10);
      expect(predictions).toHaveLength(7);
    }
    expect(left).toBe(0);
  });

  it('is followed through a film', async () => {
    const seen = await page.evaluate<{ id: number; classes: number }[][]>('actions.film()');
    expect(seen).toHaveLength(3);
    for (const faces of seen) expect(faces).toMatchObject([{ id: 1, classes: 7 }]);
  });

  it('asks nobody but the page itself', () => {
    expect(elsewhere.filter((url) => !/^(blob|data):/.test(url))).toEqual([]);
  });
});
