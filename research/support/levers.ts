import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { logitsOf } from '../../src/models/logits';
import { statisticsOf } from '../../src/train/freeze';
import type { TrainingForward } from '../../src/train/forward';
import { gradientsOf, trainedVariables } from '../../src/train/gradients';
import type { Objective } from '../../src/train/objective';
import { createStep, type Step } from '../../src/train/step';
import { onlyInput, replaceCall } from '../../src/tfjs/layers';

/** What a lever changes of a training step. */
export interface Lever {
  readonly forward: TrainingForward;
  readonly objective: Objective;
  readonly optimizer: tf.Optimizer;
}

/**
 * Flip consistency: the loss of one view, and the mean squared difference between the class activation maps of an image and its mirror
 * image. Source: Zhang et al. 2022 (arXiv:2207.10299).
 *
 * @param model The model in training, which ends in global average pooling, dropout and one dense layer.
 */
export function learnFromMirror(
  model: tfl.LayersModel,
  { forward, objective, optimizer }: Lever,
  factor: number,
): Lever {
  const pooling = model.layers.find((layer) => layer.getClassName() === 'GlobalAveragePooling2D')!;
  const [kernel] = model.layers.at(-1)!.weights.map((weight) => weight.read()) as [tf.Variable<tf.Rank.R2>];
  let features!: tf.Tensor4D;
  let inconsistency!: tf.Tensor;
  const undo = replaceCall(pooling, (before) => (inputs, kwargs) => {
    features = tf.keep(onlyInput(inputs) as tf.Tensor4D);
    return before(inputs, kwargs);
  });
  return {
    optimizer,
    forward: {
      logits(images, key, part) {
        const logits = forward.logits(tf.concat([images, tf.reverse(images, 2)]), key, part);
        const [n, height, width, channels] = features.shape;
        const scores = tf.matMul(tf.reshape(features, [n * height * width, channels]), kernel);
        const maps = tf.reshape<tf.Rank.R4>(scores, [n, height, width, kernel.shape[1]]);
        const [own, mirrored] = tf.split(maps, 2) as [tf.Tensor4D, tf.Tensor4D];
        inconsistency = tf.mul(tf.mean(tf.squaredDifference(own, tf.reverse(mirrored, 2))), factor);
        features.dispose(); // the tape has its own copy
        return tf.slice(logits, [0, 0], [n / 2, kernel.shape[1]]);
      },
      restore: () => (undo(), forward.restore()),
    },
    objective: (...inputs) => tf.add(objective(...inputs), inconsistency),
  };
}

/**
 * A consistent teacher, which sees the same augmented images as the student: half of what a target gives to the classes is its
 * probabilities. Source: Beyer et al. 2022 (arXiv:2106.05237).
 *
 * @param teacher A model of the first outputs of the one in training.
 */
export function learnFromTeacher(teacher: tfl.LayersModel, { forward, objective, optimizer }: Lever): Lever {
  let probabilities!: tf.Tensor2D;
  return {
    optimizer,
    forward: {
      ...forward,
      logits(images, key, part) {
        probabilities = tf.softmax(logitsOf(teacher, images));
        return forward.logits(images, key, part);
      },
    },
    objective(logits, targets, inputs) {
      const classes = probabilities.shape[1];
      const [own, others] = tf.split(targets, [classes, targets.shape[1] - classes], 1) as [tf.Tensor2D, tf.Tensor2D];
      const taught = tf.mul<tf.Tensor2D>(probabilities, tf.sum(own, 1, true));
      return objective(logits, tf.concat([tf.mul<tf.Tensor2D>(tf.add(own, taught), 0.5), others], 1), inputs);
    },
  };
}

/**
 * Steps whose gradient is taken where the loss is highest in a small ball around the weights, at twice the cost. Source: Foret et al.
 * 2021 (arXiv:2010.01412).
 *
 * @param radius The radius of the ball, at least 0.
 */
export function overSharpness(
  model: tfl.LayersModel,
  { forward, objective, optimizer }: Lever,
  radius: number,
  settings: Parameters<typeof createStep>[4],
): Step {
  const variables = trainedVariables(model);
  const statistics = statisticsOf(model);
  let climbed: tf.Tensor[] = [];
  const undo = () => {
    variables.forEach((variable, i) => climbed[i] && variable.assign(tf.sub(variable, climbed[i])));
    tf.dispose(climbed);
    climbed = [];
  };
  const atTop = {
    applyGradients: (update: Parameters<tf.Optimizer['applyGradients']>[0]) => (
      tf.tidy(undo),
      optimizer.applyGradients(update)
    ),
  };
  const step = createStep(model, forward, objective, atTop as unknown as tf.Optimizer, settings, undefined);
  return async (batch, preprocessing, key) => {
    climbed = tf.tidy(() => {
      const before = statistics.map((variable) => tf.clone<tf.Tensor>(variable));
      const keep = <T extends tf.Tensor>(tensor: T) => tensor;
      const { gradients } = gradientsOf(model, forward, objective, preprocessing, batch, key, keep);
      statistics.forEach((variable, i) => variable.assign(before[i]!)); // each image moves them once
      const norm = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
      return gradients.map((gradient) => tf.mul(gradient, tf.div(radius, tf.maximum(norm, 1e-12))));
    });
    tf.tidy(() => variables.forEach((variable, i) => variable.assign(tf.add<tf.Tensor>(variable, climbed[i]!))));
    try {
      return await step(batch, preprocessing, key);
    } finally {
      tf.tidy(undo); // only a step that failed has left something to undo
    }
  };
}
