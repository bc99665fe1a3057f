import { parseClassNames } from '../class-names';
import { Classifier } from '../classify/classifier';
import { inputError, within } from '../errors';
import { addFacts } from '../models/known-facts';
import { factsOfCard } from '../storage/decode-bundled';
import { resolveCard } from '../storage/resolve-card';
import { buildWithHead, readHead } from './build';
import { fitHead, type FittedHead, methodFor, nameAll, NONE } from './fit';
import { foldsOf, notMeasurable, scoreless, scoreOf } from './held-out';
import type { ParsedTeachOptions } from './parse-options';
import { taughtCard } from './taught-card';
import type { HeldOutScore, Sample, TaughtClassifier } from './types';

/** Folds of the held-out score: learning from vectors is fast, fine-tuning is not. */
const FOLDS = 5;
const FOLDS_OF_FINE_TUNING = 2;

/**
 * Throws unless a classifier can be taught from samples.
 *
 * @throws {@link InputError}
 */
export function checkSamples(
  samples: readonly Sample[],
  classNames: readonly string[],
  { keepClasses, method, rejectBelow }: ParsedTeachOptions,
): void {
  const minimum = keepClasses ? 1 : 2;
  const refuse = (expected: string, received: string, remedy: string): never => {
    throw inputError('train: samples', expected, received, remedy);
  };
  if (classNames.length < minimum) {
    refuse(
      `at least ${minimum} class${minimum > 1 ? 'es' : ''}`,
      `${classNames.length}`,
      'Add samples of another class.',
    );
  }
  const empty = classNames.find((name) => !samples.some(({ label }) => label === name));
  if (empty !== undefined) {
    refuse('samples of every class', `none of "${empty}"`, 'Add some, or call clear() with this class.');
  }
  if (rejectBelow !== undefined && classNames.includes(NONE)) {
    refuse(`no class "${NONE}" with rejectBelow`, 'one', 'Rename the class.');
  }
  if (method === 'fineTune' && !samples.every(({ image }) => image)) {
    const remedy = "Create the teacher with keep: 'images' and add the samples again.";
    refuse("samples with images for method: 'fineTune'", 'only vectors', remedy);
  }
}

/**
 * Learns a classifier, and measures it on takes that are held out.
 *
 * @param base The base; borrowed, unchanged.
 * @param samples Samples that {@link checkSamples} passed.
 * @param classNames The taught classes in the order of the outputs.
 * @param options The method and so on.
 */
export async function teach(
  base: Classifier,
  samples: readonly Sample[],
  classNames: readonly string[],
  options: ParsedTeachOptions,
): Promise<TaughtClassifier> {
  const { signal, seed, rejectBelow, keepClasses, onProgress } = options;
  const head = keepClasses ? await readHead('train', base) : undefined;
  const allNames = new Set([...(head?.classNames ?? []), ...classNames]);
  if (rejectBelow !== undefined && rejectBelow <= 1 / allNames.size) {
    throw inputError('train: options.rejectBelow', `more than 1 / ${allNames.size} classes`, `${rejectBelow}`);
  }
  parseClassNames('train: classes', [...allNames, ...(rejectBelow === undefined ? [] : [NONE])]);
  const method = methodFor(samples, classNames, options);
  const folds = options.score
    ? foldsOf(samples, method === 'fineTune' ? FOLDS_OF_FINE_TUNING : FOLDS, seed)
    : undefined;
  const steps = (folds?.length ?? 0) + 1;
  let done = 0;
  const progress = (fraction: number) => onProgress?.((done + fraction) / steps);
  const pause = async () => {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  };
  const learn = async (part: readonly Sample[]): Promise<FittedHead> => {
    await pause();
    const fitted = await fitHead(part, classNames, { ...options, method }, head, pause);
    return fitted;
  };
  const finish = () => {
    done++;
    progress(0);
  };

  const named = new Map<Sample, string>();
  for (const { rest, held } of folds ?? []) {
    const fitted = await learn(rest);
    const names =
      method === 'fineTune' ? await tuneAndName(base, fitted, rest, held, options, progress) : nameAll(fitted, held);
    held.forEach((sample, i) => named.set(sample, names[i]!));
    finish();
  }
  const score = scoreFor(samples, classNames, named, options);
  const fitted = await learn(samples);
  const classifier = await build(base, fitted, samples, { method, score });
  try {
    if (method === 'fineTune') await tune(classifier, fitted, samples, options, progress);
    signal?.throwIfAborted();
    finish();
    return { classifier, method, score };
  } catch (error) {
    classifier.dispose();
    throw error;
  }
}

function scoreFor(
  samples: readonly Sample[],
  classNames: readonly string[],
  named: ReadonlyMap<Sample, string>,
  { score }: ParsedTeachOptions,
): HeldOutScore {
  if (!score) return notMeasurable('the option score is false.');
  const held = samples.filter((sample) => named.has(sample));
  return held.length > 0
    ? scoreOf(
        held,
        held.map((sample) => named.get(sample)!),
      )
    : scoreless(classNames, samples);
}

async function build(
  base: Classifier,
  fitted: FittedHead,
  samples: readonly Sample[],
  result: Pick<TaughtClassifier, 'method' | 'score'>,
): Promise<Classifier> {
  const model = await buildWithHead('train', base.model, fitted);
  try {
    const card = within('train', () => resolveCard(model, taughtCard(base, fitted.classNames, samples, result)));
    return new Classifier(addFacts(model, factsOfCard(card)), card, true);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function tune(
  { model }: Classifier,
  { classNames }: FittedHead,
  samples: readonly Sample[],
  { seed, signal }: ParsedTeachOptions,
  onProgress: (fraction: number) => void,
): Promise<void> {
  const { fineTune } = await import('./fine-tune');
  await fineTune(model, samples, classNames, { seed, signal, onProgress });
}

/** Fine-tunes on a part of the samples and names the classes of the rest. */
async function tuneAndName(
  base: Classifier,
  fitted: FittedHead,
  rest: readonly Sample[],
  held: readonly Sample[],
  options: ParsedTeachOptions,
  onProgress: (fraction: number) => void,
): Promise<string[]> {
  const result = { method: 'fineTune', score: notMeasurable('a part of the samples.') } as const;
  const classifier = await build(base, fitted, rest, result);
  try {
    await tune(classifier, fitted, rest, options, onProgress);
    const names: string[] = [];
    for (const { image } of held) {
      options.signal?.throwIfAborted();
      names.push((await classifier.classify(image!, { topk: 1 }))[0]!.className);
    }
    return names;
  } finally {
    classifier.dispose();
  }
}
