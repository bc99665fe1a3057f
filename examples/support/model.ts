import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { BUNDLED_MODELS, loadWeights, type LoadedModel } from 'fer-cnn';
import { loadWeightsDirectory } from 'fer-cnn/node';

const NAMES: readonly string[] = [...BUNDLED_MODELS, 'default'];

/** Help for an option that {@link openModel} takes. */
export const MODEL_HELP = `bundled weights (${NAMES.join(', ')}) or a directory that npm run train wrote`;

/** Loads bundled weights by their name, or those of a directory. */
export async function openModel(source: string): Promise<LoadedModel> {
  if (NAMES.includes(source)) return loadWeights(source);
  if (existsSync(source)) return loadWeightsDirectory(source);
  throw new Error(`--model ${source}: expected ${MODEL_HELP}, received neither.`);
}

/** What the commands on cards call trained weights: the directory of the run, also for those that are bundled now. */
export function nameOfRun(source: string, { training }: LoadedModel['card']): string {
  if (!NAMES.includes(source)) return `runs/${basename(source)}`;
  return training?.command.match(/--out (\S+)(?!.*--out)/)?.[1] ?? source;
}

/**
 * Copies trained weights into a new network of the same kind.
 *
 * @param source What {@link openModel} takes.
 * @param model The network; changed.
 * @returns How the weights were trained, by their card.
 */
export async function startFrom(source: string, model: LayersModel): Promise<LoadedModel['card']['training']> {
  const { model: trained, card } = await openModel(source);
  const shapes = ({ weights }: LayersModel) => weights.map(({ shape }) => shape.join('×')).join();
  try {
    if (shapes(trained) !== shapes(model)) {
      throw new Error(
        `--from ${source}: expected the weights of a ${model.name} network, received those of another one.`,
      );
    }
    model.setWeights(trained.getWeights());
  } finally {
    trained.dispose();
  }
  return card.training;
}
