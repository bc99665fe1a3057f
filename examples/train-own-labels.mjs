// Trains a model on a folder of images of any classes (faces/bored/a.jpg, faces/engaged/b.png, …) and saves it:
// node train-own-labels.mjs faces runs/mine 20
// npm install fer-cnn sharp and, each @4.22.0, @tensorflow/tfjs-core, -layers, -data and -backend-wasm
import '@tensorflow/tfjs-backend-wasm';
import { createModel, evaluate, loadImageFolder, saveModel, train } from 'fer-cnn';

const [folder = 'faces', directory = 'runs/mine', count = '20'] = process.argv.slice(2);
const epochs = Number(count);

const dataset = await loadImageFolder(folder);
const [training, validation] = dataset.split({ fractions: [0.8, 0.2], seed: 1, stratify: true });
console.log(`${training.size} images to train on, ${validation.size} to validate on: ${dataset.classNames.join(', ')}`);

// The layers of the bundled model stay as they are, which is enough for a few dozen images a class. For thousands, leave out weights and
// freeze, and await tf.ready() of @tensorflow/tfjs-core before createModel.
const model = await createModel('compact', { weights: 'compact', classNames: dataset.classNames, seed: 1 });
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('Interrupted.')));
const { history } = await train(model, training, {
  epochs,
  batchSize: 16,
  validation,
  freeze: 'backbone',
  augment: { flip: 0.5, affine: { rotate: 10, scale: 0.1, shift: 0.08 }, contrast: 0.2 },
  signal: stop.signal,
});
console.log('loss of each epoch:', history.map(({ loss }) => loss.toFixed(2)).join(' '));

console.log((await evaluate(model, validation)).toMarkdown());
await saveModel(directory, model); // classify with loadClassifier(directory) or: npx fer-cnn classify face.jpg --model …
console.log(`saved to ${directory}`);
