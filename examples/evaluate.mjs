// Scores a model on a split of FER2013 and writes the report: node evaluate.mjs compact fer2013.csv.gz report.md
// The model is a bundled one or a directory that saveModel wrote.
// npm install fer-cnn and, each @4.22.0, @tensorflow/tfjs-core, -layers, -data and -backend-wasm
import '@tensorflow/tfjs-backend-wasm';
import { writeFile } from 'node:fs/promises';
import { evaluate, loadFer2013, loadModel } from 'fer-cnn';

const [name = 'compact', file = 'fer2013.csv.gz', out = 'report.md'] = process.argv.slice(2);

const dataset = await loadFer2013(file);
const { model } = await loadModel(name);
const report = await evaluate(model, dataset.where('PublicTest'), {
  trainingSet: dataset.where('Training'), // adds the score without images that are also in it
  onProgress: (done, total) => process.stderr.write(`\r${done} of ${total} images`),
});
process.stderr.write('\n');

const { lower, upper } = report.accuracyInterval;
const percent = (share) => `${(100 * share).toFixed(2)} %`;
console.log(`accuracy ${percent(report.accuracy)} (${percent(lower)} to ${percent(upper)}) of ${report.size} images`);
console.log(`without images of Training: ${percent(report.withoutTrainingDuplicates.accuracy)}`);
await writeFile(out, report.toMarkdown());
