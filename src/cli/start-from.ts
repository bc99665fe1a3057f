import type { LayersModel } from '@tensorflow/tfjs-layers';
import { loadModel, type ModelCard } from 'fer-cnn';

/**
 * Copies trained weights into a new model of the same kind.
 *
 * @param source What `loadModel` takes.
 * @param model The model; changed.
 * @returns How the weights were trained, by their card.
 */
export async function startFrom(source: string, model: LayersModel): Promise<ModelCard['training']> {
  const { model: trained, card } = await loadModel(source);
  const shapes = ({ weights }: LayersModel) => weights.map(({ shape }) => shape.join('×')).join();
  try {
    if (shapes(trained) !== shapes(model)) {
      throw new Error(
        `--from ${source}: expected the weights of a ${model.name} model, received those of another one.`,
      );
    }
    model.setWeights(trained.getWeights());
  } finally {
    trained.dispose();
  }
  return card.training;
}
