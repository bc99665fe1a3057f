import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { number, object, oneOf, optional, type Schema, unchecked } from '../schema';
import { checkNumber, describe } from '../validate';

/**
 * The loss of each image: takes logits and targets, both `[n, classes]` float32, and gives `[n]` float32. Targets are one-hot
 * or soft. Called inside a tidy.
 */
export type Loss = (logits: tf.Tensor2D, targets: tf.Tensor2D) => tf.Tensor1D;

/**
 * Names of the losses that come with the package.
 */
export type LossName = 'categoricalCrossentropy' | 'binaryCrossentropy' | 'focal';

/**
 * Distillation: learning from a teacher model's probabilities beside the labels.
 */
export interface DistillationOptions {
  /** Share of the teacher in the loss, 0..1; the rest is the loss by the labels. Default 0.5. */
  weight?: number;
  /** Temperature of both models' probabilities in the teacher's part, 0.05..100. Default 2. */
  temperature?: number;
}

/**
 * The loss and what modifies it.
 */
export interface LossOptions {
  /**
   * The loss of one image. Default `'categoricalCrossentropy'`. `'binaryCrossentropy'` goes with a sigmoid head and is the mean over
   * the classes.
   */
  type?: LossName | Loss;
  /** Share of every target that is spread evenly over the classes, 0 to below 1. Default 0. Source: arXiv:1512.00567. */
  labelSmoothing?: number;
  /** Weight of each class, `[classes]`, at least 0. Default all 1. */
  classWeights?: readonly number[];
  /** The exponent of the focal loss, at least 0. Default 2. Source: arXiv:1708.02002. */
  gamma?: number;
  /**
   * Learning from a teacher: `(1 - weight) * loss + weight * temperature² * KL(teacher ‖ model)`, both softened by the temperature. The
   * training data must have `teacher` probabilities. Default none. Source: Hinton et al. 2015 (arXiv:1503.02531).
   */
  distillation?: DistillationOptions;
}

/** The loss, whose arguments and result are seen to be what they should; what it makes on the way is freed. */
function checked(where: string, loss: Loss): Loss {
  const shapeOf = (x: unknown) => (x instanceof tf.Tensor ? `[${x.shape}]` : describe(x));
  return (logits, targets) => {
    const [shape, other] = [shapeOf(logits), shapeOf(targets)];
    if ((logits as Partial<tf.Tensor> | undefined)?.rank !== 2 || shape !== other) {
      throw inputError(where, 'logits and targets [n, classes]', `${shape} and ${other}`);
    }
    const losses = tf.tidy(() => loss(logits, targets));
    if (shapeOf(losses) === `[${logits.shape[0]}]`) return losses;
    tf.dispose(losses);
    throw inputError(where, 'losses [n]', shapeOf(losses));
  };
}

/**
 * Cross-entropy of a softmax over the logits.
 *
 * @param logits `[n, classes]`; borrowed.
 * @param targets `[n, classes]`; borrowed.
 * @returns `[n]`, at least 0; the caller's.
 * @throws InputError if they are no tensors of that shape.
 * @example
 * ```ts
 * categoricalCrossentropy(tf.tensor2d([[0, 0]]), tf.tensor2d([[1, 0]])); // [0.693]
 * ```
 */
export const categoricalCrossentropy: Loss = checked('categoricalCrossentropy', (logits, targets) =>
  tf.neg(tf.sum<tf.Tensor1D>(tf.mul(targets, tf.logSoftmax(logits)), 1)),
);

/**
 * Cross-entropy of an independent sigmoid for each class, the mean over the classes.
 *
 * @param logits `[n, classes]`; borrowed.
 * @param targets `[n, classes]`; borrowed.
 * @returns `[n]`, at least 0; the caller's.
 * @throws InputError if they are no tensors of that shape.
 * @example
 * ```ts
 * binaryCrossentropy(tf.tensor2d([[0, 0]]), tf.tensor2d([[1, 0]])); // [0.693]
 * ```
 */
export const binaryCrossentropy: Loss = checked('binaryCrossentropy', (logits, targets) => {
  const overflow = tf.log1p(tf.exp(tf.neg(tf.abs(logits))));
  return tf.mean(tf.add(tf.sub(tf.relu(logits), tf.mul(logits, targets)), overflow), 1);
});

/**
 * Cross-entropy in which each class counts by `(1 - p)^gamma`, so that what is already right counts little.
 *
 * Source: Lin et al. 2017 (arXiv:1708.02002).
 *
 * @param gamma The exponent, at least 0; 0 gives the plain cross-entropy.
 * @returns The loss.
 * @throws InputError if gamma is negative.
 * @example
 * ```ts
 * focal(2)(logits, targets); // [n]
 * ```
 */
export function focal(gamma: number): Loss {
  checkNumber('focal: gamma', gamma, { min: 0 });
  return checked('focal', (logits, targets) => {
    const logProbabilities = tf.logSoftmax(logits);
    const hardness = tf.pow(tf.sub(1, tf.exp(logProbabilities)), gamma);
    return tf.neg(tf.sum<tf.Tensor1D>(tf.mul(targets, tf.mul(hardness, logProbabilities)), 1));
  });
}

const LOSSES: Readonly<Record<LossName, (gamma: number) => Loss>> = {
  categoricalCrossentropy: () => categoricalCrossentropy,
  binaryCrossentropy: () => binaryCrossentropy,
  focal,
};

const lossName = oneOf(Object.keys(LOSSES) as LossName[]);

/** Checks the options of a loss, but for what depends on the number of classes, and fills in their defaults. */
export const parseLoss = object({
  type: optional<LossName | Loss>(
    (where, type) => (typeof type === 'function' ? (type as Loss) : lossName(where, type)),
    'categoricalCrossentropy',
  ),
  labelSmoothing: optional(number({ min: 0, max: 0.999 }), 0),
  classWeights: optional(unchecked<readonly number[]>),
  gamma: optional(number({ min: 0 }), 2),
  distillation: optional(
    object({
      weight: optional(number({ min: 0, max: 1 }), 0.5),
      temperature: optional(number({ min: 0.05, max: 100 }), 2),
    } satisfies Schema<DistillationOptions>),
  ),
} satisfies Schema<LossOptions>);

/** The loss of each image that options name. */
export const lossOf = ({ type, gamma }: Pick<ResolvedLoss, 'type' | 'gamma'>): Loss =>
  typeof type === 'function' ? checked('train: loss.type', type) : LOSSES[type](gamma);

/** Options of a loss with their defaults. */
export type ResolvedLoss = ReturnType<typeof parseLoss>;
