import { basename } from 'node:path';
import { listModels, type ModelCard } from 'fer-cnn';

/** What the commands on cards call trained weights: the directory of the run, also for those that are bundled now. */
export function nameOfRun(source: string, { training }: ModelCard): string {
  if (!(listModels() as string[]).includes(source)) return `runs/${basename(source)}`;
  return training?.command.match(/--out (\S+)(?!.*--out)/)?.[1] ?? source;
}
