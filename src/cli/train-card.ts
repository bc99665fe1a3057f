import { writeFile } from 'node:fs/promises';
import { arch, cpus, type } from 'node:os';
import { basename, join } from 'node:path';
import { version_core } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  MODELS,
  type CardDraft,
  type CnnOptions,
  type EpochRecord,
  type EvaluationReport,
  type ModelName,
} from 'fer-cnn';
import { curvesSvg } from './curves';
import type { Recipe } from './recipes';
import type { TrainingSets } from './data';
import { commandsOf, type Stage } from './stages';
import { storeScored, today } from './store';

/** A finished run of `fer-cnn train`. */
export interface TrainedRun {
  model: LayersModel;
  name: ModelName;
  /** Options of the network over those of the recipe. */
  network?: CnnOptions | undefined;
  recipe: Recipe;
  /** What was otherwise than the recipe says, in words. */
  changes: readonly string[];
  /** The schedules that the run followed. */
  stages: readonly Stage[];
  history: readonly EpochRecord[];
  seed: number;
  backend: string;
  /** The path of the data, as it was given. */
  data: string;
  sets: TrainingSets;
  out: string;
  /** How the weights were trained from which the run started, if those were not random. */
  start?: CardDraft['training'];
  /** Where soft targets came from, if there were any. */
  softTargets?: string | undefined;
}

/** Stores a trained model in `out` with all that {@link storeScored} writes, its history and curves. Returns the report. */
export async function saveTrained(run: TrainedRun): Promise<EvaluationReport> {
  const { out, history, name, sets } = run;
  const report = await storeScored(run, draftOf(run));
  await writeFile(join(out, 'history.json'), JSON.stringify(history, null, 2));
  await writeFile(join(out, 'curves.svg'), curvesSvg(`Training of the ${name} model`, history, sets.validationName));
  return report;
}

function draftOf(run: TrainedRun): CardDraft {
  const { name, network, history, seed, sets, backend, start } = run;
  const { card: data } = sets;
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, start?.wallTimeSeconds ?? 0);
  const softTargets = [start?.softTargets, run.softTargets].filter(Boolean).join('; then ');
  return {
    name,
    architecture: name,
    description: MODELS[name].description + (network ? `, with ${JSON.stringify(network)}` : ''),
    data,
    training: {
      command: commandOf(run),
      ...{ seed, epochs: history.length + (start?.epochs ?? 0), recipe: recipeOf(run), backend },
      wallTimeSeconds: Math.round(seconds),
      machine: `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown'} (${type()} ${arch()})`,
      date: today(),
      ...(softTargets && { softTargets }),
    },
    versions: { '@tensorflow/tfjs-core': version_core, node: process.version },
    ...(data.name === 'FER2013' && { license: 'MIT' }), // of weights from own data, their owner decides
    intendedUse:
      'Research, teaching, prototypes and programs whose users know and agree, on images of one upright face. Not for decisions about ' +
      'people; inferring emotions at work or in schools is banned in the European Union (AI Act, article 5).',
    limitations:
      data.name !== 'FER2013'
        ? ['An expression is not an emotion.']
        : [
            'An expression is not an emotion: the model tells what a face shows to web users who labeled images.',
            'Fear and sadness are confused with each other and with neutral; disgust is rare in the training data.',
            'The labels are noisy: people agree with them in about 65 % of the images.',
            'FER2013 was collected by web search: posed and expressive faces prevail, and age, skin tone and origin are unbalanced.',
          ],
  };
}

/** The recipe of a run in words, after that of the run from whose weights it started. */
function recipeOf({ recipe, changes, start, history }: TrainedRun): string {
  const changed = changes.length > 0 ? ` with ${changes.join(', ')}` : '';
  return start?.recipe
    ? `${start.recipe}; then ${history.length} ${history.length === 1 ? 'epoch' : 'epochs'} from there${changed}`
    : recipe.description + (changed && `; but${changed}`);
}

/** What reproduces a run, with what came before it. */
function commandOf({ name, network, stages, seed, backend, start, out, data }: TrainedRun): string {
  const kind = name + (network ? ` --network '${JSON.stringify(network)}'` : '');
  const common = `--seed ${seed} --backend ${backend} --out runs/${basename(out)}`;
  const source = start?.command.match(/--out (\S+)(?!.*--out)/)?.[1];
  const own = commandsOf(
    stages,
    (lengths) => `npx fer-cnn train --data ${basename(data)} --model ${kind} ${lengths} ${common}`,
    source ? ` --from ${source}` : '',
  );
  return [start?.command, own].filter(Boolean).join(' && ');
}
