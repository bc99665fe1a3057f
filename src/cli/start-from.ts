import type { LayersModel } from '@tensorflow/tfjs-layers';
import { createModel, loadModel, type CnnOptions, type ModelCard, type ModelName } from 'fer-cnn';

/** The model of a run before its first step. */
interface Start {
  model: LayersModel;
  /** How its weights were trained, by their card; undefined if they are random. */
  start: ModelCard['training'];
  /** Whether its output layer is random though the others are trained. */
  isNewHead: boolean;
}

/**
 * Creates the model of a run, from trained weights if there are any.
 *
 * @param name The architecture.
 * @param source What `loadModel` takes; undefined for random weights.
 * @param options The options of the model.
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
    const model = await createModel(name, { ...options, weights });
    const isNewHead = weights.card.classNames.join('\n') !== options.classNames.join('\n');
    return { model, start: weights.card.training, isNewHead };
  } finally {
    weights.model.dispose();
  }
}
