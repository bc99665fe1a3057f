// Uses the built package from one end to the other, then tries what the policy forbids, to show that it is in force.
// Usage: node [policy] test/security/program.mjs FOLDER OUTSIDE      prints one line of JSON
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as fer from '../../dist/index.js';
import { fileCheckpoint } from '../../dist/node/index.js';
import { auditDataset } from '../../dist/curation/index.js';
import { accuracy } from '../../dist/metrics/index.js';
import { explain } from '../../dist/explain/index.js';
import { createFaceClassifier } from '../../dist/faces/index.js';
import { exportKeras, exportOnnx, importKeras } from '../../dist/interchange/index.js';

const [folder, outside] = process.argv.slice(2);
const inputSize = [8, 8];

const csv = `emotion,pixels,Usage\n${[0, 3, 6].map((label) => `${label},${'9 '.repeat(2304)},Training\n`).join('')}`;
await writeFile(join(folder, 'fer2013.csv'), csv);
const dataset = await fer.loadFer2013(join(folder, 'fer2013.csv'));

const small = { inputSize, conv: { filters: [1, 1] }, dense: { units: [2] }, seed: 1 };
const model = fer.createShallowCnn(small);
const images = { images: new Uint8Array(256).fill(7), labels: Uint8Array.of(0, 1, 2, 3), height: 8, width: 8 };
const data = new fer.Dataset(images);
const { steps } = await fer.train(model, data, {
  epochs: 1,
  batchSize: 2,
  augment: { flip: 0.5, affine: { rotate: 5 } },
  checkpoint: { store: fileCheckpoint(join(folder, 'run', 'checkpoint.bin')) },
});
const report = await fer.evaluate(model, data);

await fer.saveModel(join(folder, 'weights'), model, { dtype: 'mixed' });
const loaded = await fer.loadModel(join(folder, 'weights'));

const classifier = await fer.loadClassifier({ model: loaded.model, card: loaded.card });
const pixels = { data: new Uint8Array(20 * 10 * 3), width: 20, height: 10 };
const predictions = await classifier.classify(pixels);
const box = { x: 2, y: 0, width: 10, height: 10 };
const detector = { detect: async () => [{ box }] };
const found = await createFaceClassifier({ detector, classifier, minSize: 1 }).classify(pixels);
(await explain(classifier, pixels)).map.dispose();
(await importKeras(await exportKeras(model))).dispose();
const others = [
  found,
  `${accuracy(report.confusionMatrix)}`,
  auditDataset(dataset).toMarkdown(),
  await exportOnnx(model),
];
classifier.dispose();
loaded.model.dispose();
model.dispose();
const bundled = await fer.loadModel();
const isBundled = bundled.card.name === 'compact';
bundled.model.dispose();

const attemptsOfTheLibrary = globalThis.networkAttempts.length;
const failure = (attempt) =>
  attempt().then(
    () => 'allowed',
    (error) => error.code ?? error.message,
  );
const forbidden = {
  // oxlint-disable-next-line no-eval -- it is what must fail
  eval: await failure(async () => (0, eval)('1')),
  function: await failure(async () => new Function('return 1')()),
  write: await failure(() => writeFile(outside, '')),
  connect: await failure(async () => createConnection(80, '127.0.0.1')),
  fetch: await failure(async () => fetch('http://127.0.0.1/')),
};
console.log(
  JSON.stringify({
    rows: dataset.size,
    steps,
    scored: report.count ?? report.accuracy >= 0,
    classes: predictions.length,
    others: others.filter((each) => each.length > 0).length,
    bundled: isBundled,
    left: tf.memory().numTensors,
    attemptsOfTheLibrary,
    forbidden,
  }),
);
