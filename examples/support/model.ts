import { existsSync } from 'node:fs';
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
