import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { LabeledImages } from '../data/batches';
import { TrainingError } from '../errors';
import type { Preprocessing } from '../image/preprocess';
import type { RunData } from './data';
import type { ResolvedOptions } from './parse-options';
import { getLearningRate } from '../tfjs/optimizers';
import { settingsOf } from './optimizers';
import { describeRates } from './schedules';

/** Options and the like by name, as text. */
export type Texts = Readonly<Record<string, string>>;

/** What must be the same for a checkpoint to continue a run. */
export interface Identity {
  /** What the tensors and the position depend on. */
  run: Texts;
  /** What may change if the user says so. */
  recipe: Texts;
}

/** What tells a run from others. With data on the host, that takes one pass over its bytes. */
export function identify(
  model: tfl.LayersModel,
  optimizer: tf.Optimizer,
  { training, validation, steps }: RunData,
  options: ResolvedOptions,
  preprocessing: Preprocessing,
): Identity {
  const { freeze, seed, batchSize, earlyStopping, loss, augment, curriculum, epochs, optimization } = options;
  const { averaging, weightDecay, clipNorm, learningRate } = optimization;
  const { monitor, minDelta, restoreBest } = earlyStopping ?? {};
  const weights = model.weights.map(({ shape }) => shape);
  const rates = describeRates(learningRate ?? getLearningRate(optimizer), epochs);
  return {
    run: texts({
      ...{ seed, batchSize, steps, size: training?.size, averaging, freeze, weights },
      optimizer: optimizer.getClassName(),
      earlyStopping: { monitor, minDelta, restoreBest },
    }),
    recipe: texts({
      ...{ data: fingerprint(training), validation: fingerprint(validation), preprocessing, learningRate: rates },
      ...{ weightDecay, clipNorm, loss, augment, curriculum, settings: settingsOf(optimizer) },
    }),
  };
}

const texts = (values: Record<string, unknown>): Texts =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textOf(value)]));

/**
 * Compares two descriptions of a run; learning rates as far as both go.
 *
 * @param remedy What to do if the user means it.
 * @throws TrainingError that names what differs, and where it begins to.
 */
export function checkSame(saved: Texts, own: Texts, remedy: string): void {
  for (const [key, a] of Object.entries(own)) {
    const b = textOf(saved[key]);
    const isBegun = key === 'learningRate' && b.endsWith(' ') && (a.startsWith(b) || b.startsWith(a));
    if (a === b || isBegun) continue;
    let at = 0;
    while (a[at] === b[at]) at++;
    const part = (text: string) => text.slice(Math.max(0, at - 40), at + 80);
    throw new TrainingError({
      where: `train: checkpoint of a run with other ${key}`,
      expected: part(a),
      received: part(b),
      remedy: `Use the data and options of that run, or another store. ${remedy}`,
    });
  }
}

/** A value as text: equal for equal options, whatever the order of their keys; a function is known by its source. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'function') return `function ${checksum(new TextEncoder().encode(String(part)))}`;
    const isRecord = typeof part === 'object' && part !== null && !Array.isArray(part);
    return isRecord ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part;
  }) as string | undefined;
  return text ?? 'none';
}

function fingerprint(data: LabeledImages | undefined): number | undefined {
  const arrays: (ArrayBufferView | undefined)[] = data
    ? [data.images, data.labels, data.targets, data.teacher, data.sampleWeights]
    : [];
  return data && arrays.reduce<number>((hash, values) => (values ? checksum(values, hash) : hash), 0);
}

/** FNV-1a over 32-bit words, each followed by a rotation; the last word may be shorter. */
export function checksum({ buffer, byteOffset, byteLength }: ArrayBufferView, start = 0x811c9dc5): number {
  const view = new DataView(buffer, byteOffset, byteLength);
  const words = byteLength & ~3;
  let hash = start;
  const add = (word: number) => {
    hash = Math.imul(hash ^ word, 0x01000193);
    hash = (hash << 13) | (hash >>> 19);
  };
  for (let at = 0; at < words; at += 4) add(view.getUint32(at, true));
  for (let at = words; at < byteLength; at++) add(view.getUint8(at));
  return hash >>> 0;
}
