/**
 * Fine-tunes the compact model by one lever at a time, each beside the same run without any:
 * `npx tsx research/levers.ts --data fer2013.csv.gz --ferplus fer2013new.csv --lever flip --out runs/levers/flip`. It scores the moving average of
 * the weights on PublicTest and saves it, for `npm run bench:robustness -- --models runs/levers/flip`.
 */
import { mkdir } from 'node:fs/promises';
import { Option } from 'commander';
import { batches, cosine, evaluate, loadFer2013, loadModel, saveModel } from 'fer-cnn';
import { loadFerPlus } from 'fer-cnn/curation';
import { addOutputs, removeOutputs, withVotes } from '../src/cli/auxiliary';
import { keepLargeBuffers, startBackend } from '../src/cli/backend';
import { count, positive, wholeNumber } from '../src/cli/options';
import { showProgress } from '../src/cli/progress';
import { RECIPES } from '../src/cli/recipes';
import { taughtBy } from '../src/cli/teacher';
import { setLearningRate } from '../src/tfjs/optimizers';
import { finish, updateAverages } from '../src/train/averages';
import { prepareForTraining } from '../src/train/forward';
import { createObjective } from '../src/train/objective';
import { createOptimizer } from '../src/train/optimizers';
import { parseLoss } from '../src/train/losses';
import { startState } from '../src/train/state';
import { createStep } from '../src/train/step';
import { learnFromMirror, learnFromTeacher, overSharpness, type Lever } from './support/levers';
import { cli } from './support/cli';
import { main } from './support/main';

const LEVERS = ['none', 'flip', 'teacher', 'sharpness'] as const;

interface Options {
  data: string;
  ferplus: string;
  lever: (typeof LEVERS)[number];
  factor: number;
  epochs: number;
  peak: number;
  seed: number;
  images?: number;
  out: string;
}

const options = cli('research/levers.ts', 'Fine-tunes the compact model by one lever beside the votes of FER+.')
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .requiredOption('--ferplus <file>', 'fer2013new.csv')
  .addOption(
    new Option(
      '--lever <name>',
      'none; flip: consistency of the class activation maps of an image and its mirror image (arXiv:2207.10299); teacher: the teacher sees the ' +
        'same augmented image (arXiv:2106.05237); sharpness: sharpness-aware steps (arXiv:2010.01412)',
    )
      .choices(LEVERS)
      .makeOptionMandatory(),
  )
  .option('--factor <n>', 'weight of the consistency, or radius of the sharpness-aware steps', positive, 0.1)
  .option('--epochs <n>', 'epochs', count, 3)
  .option('--peak <rate>', 'maximum learning rate', positive, 0.01)
  .option('--seed <n>', 'seed of order, augmentation and dropout', wholeNumber, 1)
  .option('--images <n>', 'train on the first n images only, for a quick run', count)
  .requiredOption('--out <dir>', 'directory for the model')
  .parse()
  .opts<Options>();

/** As in the last runs of the recipe of the compact model. */
const DAMAGE = {
  ...{ noise: { probability: 0.25 }, blur: { probability: 0.2 }, lowResolution: { probability: 0.2 } },
  ...{ gamma: { probability: 0.15 }, dim: { probability: 0.15 }, jpeg: { probability: 0.1 } },
};

await keepLargeBuffers();
await main(async () => {
  const backend = await startBackend();
  const { lever: name, factor, epochs, peak, seed, out } = options;
  const { augment, batchSize = 128, optimization } = RECIPES.compact.options(epochs, peak);
  const { weightDecay = 0, clipNorm = 5, averaging = 0 } = optimization!;
  const settings = { weightDecay, clipNorm };
  const dataset = await loadFer2013(options.data, { split: ['Training', 'PublicTest'] });
  const votes = await loadFerPlus(options.ferplus);
  await mkdir(out, { recursive: true });
  const all = dataset.where('Training');
  const plain = all.subset(Array.from({ length: options.images ?? all.size }, (_, i) => i));
  const taught = name === 'teacher' ? plain : (await taughtBy(plain, ['compact'], out)).taught;
  const training = withVotes(taught, votes);

  const { model, card } = await loadModel('compact');
  const { preprocessing, classNames } = card;
  const both = await addOutputs('compact', model, { ...RECIPES.compact.network, classNames });
  const forward = prepareForTraining(both);
  const optimizer = createOptimizer('momentum');
  const objective = createObjective(parseLoss('loss', {}), training.numClasses);
  let lever: Lever = { forward, objective, optimizer };
  if (name === 'flip') lever = learnFromMirror(both, lever, factor);
  if (name === 'teacher') lever = learnFromTeacher((await loadModel('compact')).model, lever);
  const step =
    name === 'sharpness'
      ? overSharpness(both, lever, factor, settings)
      : createStep(both, lever.forward, lever.objective, optimizer, settings, undefined);

  const state = startState(both, optimizer, true);
  const rate = cosine({ peak, epochs, warmup: epochs / 8 });
  const steps = Math.ceil(training.size / batchSize);
  const progress = showProgress(`compact, ${name}, on ${backend}`);
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      let [loss, correct, seen, batchNumber] = [0, 0, 0, 0];
      for (const batch of batches(training, {
        ...{ batchSize, seed, epoch, shuffle: true },
        augment: { ...(augment as object), ...DAMAGE },
      })) {
        const learningRate = rate(epoch + batchNumber / steps);
        setLearningRate(optimizer, learningRate);
        const done = await step(batch, preprocessing, [seed, state.position.step++]);
        updateAverages(state, averaging);
        batchNumber++;
        seen += batch.size;
        correct += done.correct;
        loss += ((done.loss - loss) * batch.size) / seen;
        progress.update({
          epoch: epoch + 1,
          epochs,
          batch: batchNumber,
          batches: steps,
          loss,
          accuracy: correct / seen,
          learningRate,
        });
      }
      progress.epochDone(epoch + 1, { loss, acc: correct / seen });
    }
  } finally {
    progress.stop();
  }
  finish(state);
  lever.forward.restore();
  removeOutputs(both, model);
  await saveModel(out, model, {
    card: { description: `compact, ${epochs} epochs with the lever ${name}`, preprocessing },
  });
  const test = dataset.where('PublicTest');
  for (const views of ['single', 'flip'] as const) {
    const { accuracy, logLoss } = await evaluate(model, test, { views, preprocessing });
    console.log(`${name}, ${views}: ${(100 * accuracy).toFixed(2)} %, log loss ${logLoss.toFixed(3)}`);
  }
});
