// A training run that saves a checkpoint after every step, to be killed and started again.
// Usage: node test/faults/training.mjs CHECKPOINT       prints "step N" after each step and at the end "weights SHA-256"
import { createHash } from 'node:crypto';
import '@tensorflow/tfjs-backend-cpu';
import { cosine, createShallowCnn, Dataset, Random, train } from '../../dist/index.js';
import { fileCheckpoint } from '../../dist/node/index.js';

const [size, side, epochs] = [40, 8, 4];
const random = new Random(5);
const dataset = new Dataset({
  images: Uint8Array.from({ length: size * side * side }, () => random.integer(256)),
  labels: Uint8Array.from({ length: size }, (_, i) => i % 7),
  height: side,
  width: side,
});
const model = createShallowCnn({
  seed: 1,
  inputSize: [side, side],
  conv: { filters: [2, 3], dropout: 0.2 },
  dense: { units: [40], dropout: 0.2 },
});
const { steps } = await train(model, dataset, {
  epochs,
  batchSize: 4,
  seed: 3,
  validation: 0.2,
  augment: { flip: 0.5 },
  optimization: { learningRate: cosine({ peak: 0.02, epochs }), averaging: 0.9 },
  earlyStopping: { patience: epochs },
  checkpoint: { store: fileCheckpoint(process.argv[2]), everySteps: 1 },
  onProgress: ({ epoch, batch, batches }) => process.stdout.write(`step ${(epoch - 1) * batches + batch}\n`),
});
const hash = createHash('sha256');
for (const weight of model.getWeights()) hash.update(new Uint8Array((await weight.data()).buffer));
process.stdout.write(`steps ${steps}\nweights ${hash.digest('hex')}\n`);
