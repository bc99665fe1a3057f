import { EMOTIONS } from '../../src/labels';
import { DEFAULT_MODEL } from '../../src/storage/bundled';
import { type App, OTHER_MODEL } from './app';

/** What came of the program in one place: a page, a worker, a server. */
export interface Outcome {
  /** Result of `use`. */
  predictions: { className: string; probability: number }[];
  backend: string;
  /** Names of the weights whose modules were run until then. */
  used: string[];
  /** Names of the weights whose bytes went over the network until then; undefined where there is none. */
  loaded?: string[];
  /** Result of `useOther`. */
  other: string;
}

/** An environment in which the package has to work. */
export interface Environment {
  /** What it is called. */
  name: string;
  /** How it was tested, for the table. */
  how: string;
  /** Package whose version counts, or `node` or `chromium`. */
  tool: string;
  /** Further packages that it needs. */
  packages?: readonly string[];
  /** Runs the program in it, in each place that it has. */
  run(app: App): Promise<Record<string, Outcome>>;
}

/** What is wrong with an outcome; empty if nothing is. */
export function faults(app: App, outcome: Outcome): string[] {
  const { predictions, used, loaded, other } = outcome;
  const found: string[] = [];
  const difference = Math.max(
    ...predictions.map(({ className, probability }) =>
      Math.abs(probability - app.probabilities[EMOTIONS.indexOf(className as 'happy')]!),
    ),
  );
  if (predictions.length !== EMOTIONS.length || !(difference < 1e-4)) found.push(`predictions differ by ${difference}`);
  if (String(used) !== DEFAULT_MODEL) found.push(`the weights ${used} were used`);
  if (loaded && String(loaded) !== DEFAULT_MODEL) found.push(`the weights ${loaded} were loaded`);
  if (other !== OTHER_MODEL) found.push(`the subpath gave ${other}`);
  return found;
}
