import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { loadModel, type ModelCard } from 'fer-cnn';
import { weightedLayers, widen } from './widen';

/** What a run started from. */
export interface Start {
  /** How the weights were trained, by their card. */
  training: ModelCard['training'];
  /** Their values in the model, in its order; owned by the caller. */
  weights: tf.Tensor[];
}

/**
 * Copies trained weights into a new model of the same kind. The new model may have more channels: then both compute the same.
 *
 * @param source What `loadModel` takes.
 * @param model The model; changed.
 * @param seed The seed of what {@link widen} draws.
 */
export async function startFrom(source: string, model: LayersModel, seed: number): Promise<Start> {
  const { model: trained, card } = await loadModel(source);
  try {
    if (shapesOf(trained) === shapesOf(model)) model.setWeights(trained.getWeights());
    else if (isWider(model, trained)) widen(trained, model, seed);
    else {
      throw new Error(
        `--from ${source}: expected the weights of a ${model.name} model, received those of another one.`,
      );
    }
    return { training: card.training, weights: model.getWeights().map((weight) => tf.clone(weight)) };
  } finally {
    trained.dispose();
  }
}

/** Sets a model to the mean of its weights and those that it started from. Source: Wortsman et al. 2022 (arXiv:2109.01903). */
export function keepShare(model: LayersModel, { weights }: Start, share: number): void {
  tf.tidy(() => {
    const trained = model.getWeights();
    model.setWeights(weights.map((weight, i) => tf.add(tf.mul(weight, share), tf.mul(trained[i]!, 1 - share))));
  });
}

const shapesOf = ({ weights }: LayersModel) => weights.map(({ shape }) => shape.join('×')).join();

/** Whether a model with average pooling has the layers of another one, none with fewer channels. Dropout does not matter. */
function isWider(model: LayersModel, other: LayersModel): boolean {
  const [own, others] = [weightedLayers(model), weightedLayers(other)];
  return (
    own.length === others.length &&
    !model.layers.some((layer) => layer.getClassName() === 'Flatten') &&
    own.every((layer, i) => {
      const weights = others[i]!.weights;
      const fits = ({ shape }: { shape: readonly (number | null)[] }, k: number) =>
        shape.length === weights[k]!.shape.length && shape.every((size, axis) => size! >= weights[k]!.shape[axis]!);
      return layer.getClassName() === others[i]!.getClassName() && layer.weights.every(fits);
    })
  );
}
