import * as tf from '@tensorflow/tfjs-core';
import type { Classifier } from '../classify/classifier';
import type { CardDraft } from '../storage/card';
import type { HeldOutScore, Sample, TaughtClassifier } from './types';

/** What the card of a taught classifier says: its classes, the samples of each, the base and the score of held-out takes. */
export function taughtCard(
  { card: base }: Classifier,
  classNames: readonly string[],
  samples: readonly Sample[],
  { method, score }: Pick<TaughtClassifier, 'method' | 'score'>,
): CardDraft {
  const { sha256 } = base.weights ?? {};
  const classes = classNames.map((className) => {
    const own = samples.filter(({ label }) => label === className);
    return { className, samples: own.length, takes: new Set(own.map(({ take }) => take)).size };
  });
  const takes = classes.reduce((sum, each) => sum + each.takes, 0);
  return {
    name: 'taught',
    architecture: base.architecture,
    classNames,
    preprocessing: base.preprocessing,
    outputs: 'probabilities',
    description: `Taught from ${samples.length} samples in ${takes} takes, on top of ${base.name}`,
    taught: { base: { name: base.name, ...(sha256 && { sha256 }) }, method, classes },
    ...metrics(score),
    ...(base.license && { license: base.license }),
    ...(base.intendedUse && { intendedUse: base.intendedUse }),
    limitations: [
      score.accuracy === undefined
        ? score.message
        : 'The score is that of the people and places that were recorded, and says little about others.',
      ...(base.limitations ?? []),
    ],
  };
}

function metrics({ accuracy, samples }: HeldOutScore): Pick<CardDraft, 'metrics'> {
  if (accuracy === undefined) return {};
  const how = { split: 'held-out takes', protocol: 'whole takes left out, each once', command: 'teacher.train()' };
  const date = new Date().toISOString().slice(0, 10);
  return { metrics: [{ ...how, rows: samples, accuracy, backend: tf.getBackend(), date }] };
}
