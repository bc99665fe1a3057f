import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { createModel, loadModel, type CnnOptions, type ModelCard, type ModelName } from 'fer-cnn';
import { weightedLayers, widen } from './widen';

/** The model of a run before its first step. */
interface Start {
  model: LayersModel;
  /** How its weights were trained, by their card; undefined if they are random. */
  start: ModelCard['training'];
  /** Whether its output layer is random though the others are trained. */
  isNewHead: boolean;
}

/**
 * Creates the model of a run, from trained weights if there are any. It may have more channels than these have: then both compute the same.
 *
 * @param source What `loadModel` takes; undefined for random weights.
 * @returns The model; owned by the caller.
 */
export async function startModel(
  name: ModelName,
  source: string | undefined,
  options: CnnOptions & { classNames: readonly string[] },
): Promise<Start> {
  if (source === undefined) return { model: createModel(name, options), start: undefined, isNewHead: false };
  const weights = await loadModel(source);
  try {
    const start = weights.card.training;
    const isNewHead = weights.card.classNames.join('\n') !== options.classNames.join('\n');
    const model = createModel(name, options);
    if (!isNewHead && isWider(model, weights.model)) {
      widen(weights.model, model, options.seed ?? 0);
      return { model, start, isNewHead };
    }
    model.dispose();
    return { model: await createModel(name, { ...options, weights }), start, isNewHead };
  } finally {
    weights.model.dispose();
  }
}

/** Sets a model to the mean of its weights and those that it started from. Source: Wortsman et al. 2022 (arXiv:2109.01903). */
export function keepShare(model: LayersModel, before: readonly tf.Tensor[], share: number): void {
  tf.tidy(() => {
    const trained = model.getWeights();
    model.setWeights(before.map((weight, i) => tf.add(tf.mul(weight, share), tf.mul(trained[i]!, 1 - share))));
  });
}

const shapesOf = ({ weights }: LayersModel) => weights.map(({ shape }) => shape.join('×')).join();

/** Whether a model with average pooling has the layers of another one, some with more channels. Dropout does not matter. */
function isWider(model: LayersModel, other: LayersModel): boolean {
  const [own, others] = [weightedLayers(model), weightedLayers(other)];
  return (
    own.length === others.length &&
    shapesOf(model) !== shapesOf(other) &&
    !model.layers.some((layer) => layer.getClassName() === 'Flatten') &&
    own.every((layer, i) => {
      const weights = others[i]!.weights;
      const fits = ({ shape }: { shape: readonly (number | null)[] }, k: number) =>
        shape.length === weights[k]!.shape.length && shape.every((size, axis) => size! >= weights[k]!.shape[axis]!);
      return layer.getClassName() === others[i]!.getClassName() && layer.weights.every(fits);
    })
  );
}
