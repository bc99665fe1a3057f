import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { learnFromMirror, learnFromTeacher, overSharpness, type Lever } from '../../research/support/levers';
import type { Batch } from '../../src/data/batches';
import { preprocess } from '../../src/image/preprocess';
import { createCompactCnn } from '../../src/models/compact';
import { prepareForTraining } from '../../src/train/forward';
import { parseLoss } from '../../src/train/losses';
import { createObjective } from '../../src/train/objective';
import { createOptimizer } from '../../src/train/optimizers';
import { createStep, type Step } from '../../src/train/step';
import { disposeOptimizer, setLearningRate } from '../../src/tfjs/optimizers';
import { describeOn, expectNoLeaks } from '../support/backends';

const SETTINGS = { weightDecay: 0, clipNorm: 5 };
const PREPROCESSING = { inputSize: [8, 8] as const, channels: 1 as const, mean: 0.5, std: 0.25 };
const network = (classNames = ['a', 'b', 'c', 'd']) =>
  createCompactCnn({
    inputSize: [8, 8],
    classNames,
    conv: { filters: [3, 4], repeats: 1 },
    head: { dropout: 0 },
    seed: 1,
  });

/** Four images, of which the first two are their own mirror images. */
function batch(): Batch & { targets: Float32Array<ArrayBuffer> } {
  const images = Float32Array.from({ length: 4 * 64 }, (_, i) => {
    const [image, row, column] = [i >> 6, (i >> 3) & 7, i & 7];
    return 30 * row + 3 * image * (image < 2 ? Math.min(column, 7 - column) : column);
  });
  const targets = Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.5, 0.5, 1, 0, 0, 0]);
  return { images, targets, sampleWeights: undefined, size: 4, height: 8, width: 8, channels: 1, numClasses: 4 };
}

/** One step with a lever: its loss, and the weights after it. */
async function stepWith(model: tfl.LayersModel, pull: (lever: Lever) => Lever | Step, targets = batch().targets) {
  const plain: Lever = {
    forward: prepareForTraining(model),
    objective: createObjective(parseLoss('loss', {}), 4),
    optimizer: createOptimizer('sgd'),
  };
  const pulled = pull(plain);
  const { forward, objective, optimizer } = typeof pulled === 'function' ? plain : pulled;
  const step =
    typeof pulled === 'function' ? pulled : createStep(model, forward, objective, optimizer, SETTINGS, undefined);
  const { loss } = await step({ ...batch(), targets }, PREPROCESSING, [1, 0]);
  forward.restore();
  disposeOptimizer(plain.optimizer);
  const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
  return { loss, weights };
}

/** Makes each kernel the same as its mirror image. */
function symmetrize(model: tfl.LayersModel): void {
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map((weight) => (weight.rank === 4 ? tf.add(weight, tf.reverse(weight, 1)) : weight)),
    ),
  );
}

describeOn(['cpu'], 'levers', () => {
  expectNoLeaks();

  it('flip: adds nothing for a network that is its own mirror image, and something for others', async () => {
    const losses: number[] = [];
    const symmetric: number[] = [];
    for (const factor of [1e-9, 1, 2]) {
      const model = network();
      losses.push((await stepWith(model, (lever) => learnFromMirror(model, lever, factor))).loss);
      model.dispose();
      const mirrored = network();
      symmetrize(mirrored);
      symmetric.push((await stepWith(mirrored, (lever) => learnFromMirror(mirrored, lever, factor))).loss);
      mirrored.dispose();
    }
    const [none, once, twice] = losses as [number, number, number];
    expect(once).toBeGreaterThan(none + 1e-4);
    expect(twice - none).toBeCloseTo(2 * (once - none), 4);
    expect(symmetric[2]).toBeCloseTo(symmetric[0]!, 5);
  });

  it('flip: makes the maps of an image and of its mirror image more alike', async () => {
    const model = network();
    const losses: number[] = [];
    for (let i = 0; i < 20; i++) {
      const only = (lever: Lever): Lever => {
        const { forward, objective, optimizer } = learnFromMirror(model, lever, 1);
        return {
          forward,
          optimizer,
          objective: (...inputs) => tf.sub(objective(...inputs), lever.objective(...inputs)),
        };
      };
      losses.push((await stepWith(model, only)).loss);
    }
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
    model.dispose();
  });

  it('teacher: makes half of what each target gives to the classes its probabilities for the same image', async () => {
    const [model, other, teacher] = [network(), network(), network(['a', 'b', 'c'])];
    const { loss } = await stepWith(model, (lever) => learnFromTeacher(teacher, lever));
    const { images, targets } = batch();
    const taught = tf.tidy(() => {
      const input = preprocess(tf.tensor4d(images, [4, 8, 8, 1]), PREPROCESSING);
      return [...(teacher.predict(input) as tf.Tensor).dataSync()];
    });
    const mixed = targets.map((target, i) => {
      const [image, output] = [i >> 2, i & 3];
      return output === 3 ? target : (target + (image === 2 ? 0.5 : 1) * taught[3 * image + output]!) / 2;
    });
    expect(loss).toBeCloseTo((await stepWith(other, (lever) => lever, mixed)).loss, 5);
    for (const each of [model, other, teacher]) each.dispose();
  });

  it('sharpness: goes down from the weights as they were, by the gradient further up', async () => {
    const models = [network(), network(), network(), network()];
    const plain = await stepWith(models[0]!, (lever) => lever);
    const near = await stepWith(models[1]!, (lever) => overSharpness(models[1]!, lever, 1e-7, SETTINGS));
    const far = await stepWith(models[2]!, (lever) => overSharpness(models[2]!, lever, 0.1, SETTINGS));
    expect(near.loss).toBeCloseTo(plain.loss, 4);
    near.weights.flat().forEach((value, i) => expect(value).toBeCloseTo(plain.weights.flat()[i]!, 4));
    expect(far.loss).toBeGreaterThan(plain.loss + 1e-3);
    const before = models[3]!.trainableWeights.map((weight) => [...weight.read().dataSync()]);
    await stepWith(models[3]!, (lever) => {
      setLearningRate(lever.optimizer, 0);
      return overSharpness(models[3]!, lever, 0.1, SETTINGS);
    });
    const after = models[3]!.trainableWeights.flatMap((weight) => [...weight.read().dataSync()]);
    after.forEach((value, i) => expect(value).toBeCloseTo(before.flat()[i]!, 6)); // back from where the loss is highest
    models.forEach((model) => model.dispose());
  });
});
