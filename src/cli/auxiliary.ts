import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { createModel, predict, type CnnOptions, type Dataset, type ModelName } from 'fer-cnn';
import type { FerPlusVotes } from 'fer-cnn/curation';

const SHARE = 0.5; // of the votes in each target, and of the teacher in what is left to the classes

/** Where the FER+ votes come from and what they do, in words for the card. */
export const AUXILIARY_SOURCE =
  'votes of ten people for each image, the FER+ labels (Barsoum et al. 2016, arXiv:1608.01041), as a second task with ten outputs of its ' +
  'own, which were removed after training; no vote is in this package';

/** One for each choice of FER+: eight emotions, unknown, and no face. */
const OUTPUTS = Array.from({ length: 10 }, (_, i) => `votes for choice ${i + 1}`);

/**
 * Sets targets for two tasks at once: the class, by the label and the teacher if there is one, and the votes of FER+, each with half of the
 * target. The softmax over all outputs then is that of each task but for a factor, since both tasks have the same share in every image.
 *
 * @param dataset Images of FER2013 with votes for each row, perhaps with probabilities of a teacher.
 * @returns The images, of 17 classes.
 */
export function withVotes(dataset: Dataset, { votes }: FerPlusVotes): Dataset {
  const { size, numClasses, labels, teacher } = dataset;
  const outputs = numClasses + OUTPUTS.length;
  const targets = new Float32Array(size * outputs);
  dataset.rows.forEach((row, i) => {
    const target = targets.subarray(i * outputs, (i + 1) * outputs);
    const at = (row - 2) * OUTPUTS.length; // rows count from 1, and the first is the header
    const given = votes.subarray(at, at + OUTPUTS.length);
    const total = given.reduce((sum, count) => sum + count, 0);
    const share = total > 0 ? SHARE : 0;
    const byTeacher = teacher ? (1 - share) * SHARE : 0;
    target[labels[i]!] = 1 - share - byTeacher;
    const taught = teacher?.subarray(i * numClasses, (i + 1) * numClasses) ?? [];
    taught.forEach((probability, k) => (target[k]! += byTeacher * probability));
    given.forEach((count, k) => (target[numClasses + k] = (share * count) / (total || 1)));
  });
  return wide(dataset).withTeacher().withTargets(targets);
}

const wide = (dataset: Dataset) => dataset.alignClasses([...dataset.classNames, ...OUTPUTS]);

/**
 * Creates the model that learns both tasks: the given one, with outputs for the votes beside its own.
 *
 * @param model A model that ends in a dense layer with softmax; borrowed.
 * @returns The model; owned by the caller. It gives the classes of `model` in the same order of probability.
 */
export async function addOutputs(
  name: ModelName,
  model: LayersModel,
  options: CnnOptions & { classNames: readonly string[] },
): Promise<LayersModel> {
  const classNames = [...options.classNames, ...OUTPUTS];
  const both = await createModel(name, { ...options, classNames, weights: { model } });
  const before = headOf(model).getWeights();
  tf.tidy(() => headOf(both).setWeights(before.map((weight) => tf.pad(weight, paddingOf(weight)))));
  return both;
}

const paddingOf = ({ rank }: tf.Tensor): [number, number][] =>
  Array.from({ length: rank }, (_, axis) => [0, axis === rank - 1 ? OUTPUTS.length : 0]);

/** Copies the weights of a model that {@link addOutputs} made into the one that it was made from, without the outputs for the votes. */
export function removeOutputs(both: LayersModel, model: LayersModel): void {
  tf.tidy(() =>
    model.setWeights(
      both.getWeights().map((weight, i) =>
        tf.slice(
          weight,
          weight.shape.map(() => 0),
          model.weights[i]!.shape as number[],
        ),
      ),
    ),
  );
}

/** The accuracy of the classes alone, in 0..1. */
export async function accuracyOf(both: LayersModel, validation: Dataset): Promise<number> {
  const { size, numClasses, labels } = validation;
  const outputs = await predict(both, wide(validation));
  const width = outputs.length / size;
  const best = Array.from({ length: size }, (_, i) => {
    const classes = outputs.subarray(i * width, i * width + numClasses);
    return classes.indexOf(Math.max(...classes));
  });
  return best.filter((label, i) => label === labels[i]).length / size;
}

const headOf = ({ layers }: LayersModel) => layers.findLast(({ weights }) => weights.length > 0)!;
