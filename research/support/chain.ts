import type { ModelName } from 'fer-cnn';

/** What matters here of a run in a recipe of `fer-cnn train`. */
export interface RecipeRun {
  readonly out: string;
  /** Default `'compact'`. */
  readonly model?: ModelName;
  /** False starts from random weights. */
  readonly from?: string | false;
  readonly teacher?: readonly string[];
  readonly ferplus?: string;
  readonly auxiliaryVotes?: boolean;
}

/** The runs for a model from random weights to its last one. */
export function chainOf(model: ModelName, recipe: readonly RecipeRun[]): RecipeRun[] {
  const runs = recipe.filter((run) => (run.model ?? 'compact') === model);
  if (runs.length === 0) throw new Error(`Expected a recipe with runs for ${model}, received none.`);
  return runs;
}

/** Where the soft targets of the runs came from, in words. */
export function softTargetsOf(chain: readonly RecipeRun[]): string {
  const uses = [
    chain.some((run) => run.ferplus && !run.auxiliaryVotes) && 'as 15 % of every target beside the label of FER2013',
    chain.some((run) => run.auxiliaryVotes) &&
      'as a second task with ten outputs of its own, which were removed after training',
  ].filter(Boolean);
  const teachers = [...new Set(chain.flatMap(({ teacher = [] }) => teacher))];
  return [
    uses.length > 0 &&
      `votes of ten people for each image, the FER+ labels (Barsoum et al. 2016, arXiv:1608.01041), ${uses.join(', and later ')}; ` +
        'no vote is in this package',
    teachers.length > 0 &&
      `probabilities that earlier models of this package (${enumerate(teachers)} of the recipe) give Training and its mirror images`,
  ]
    .filter(Boolean)
    .join('; ');
}

function enumerate(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
