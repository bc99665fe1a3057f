import { EMOTIONS } from '../../src/labels';
import type { ModelCard } from '../../src/storage/card';

/** What an author says of a model from elsewhere that takes gray images of the given size. */
export function draftCard(inputSize: readonly [number, number] = [48, 48]) {
  const preprocessing = { inputSize, mean: 0.5, std: 0.25 };
  return { name: 'test', architecture: 'shallow', classNames: EMOTIONS, preprocessing };
}

/** A card on which everything is filled in. */
export function fullCard(): ModelCard {
  const run = { backend: 'tensorflow', date: '2025-01-31' };
  return {
    ...draftCard(),
    formatVersion: 1,
    parameters: 1000,
    weights: { dtype: 'mixed', bytes: 1200, sha256: '0123456789abcdef'.repeat(4) },
    description: 'A network for tests.',
    data: { name: 'FER2013', split: 'Training', rows: 28_709, source: 'a workshop', license: 'research' },
    training: {
      ...run,
      command: 'npx fer-cnn train',
      seed: 0,
      epochs: 30,
      recipe: 'SGD',
      wallTimeSeconds: 3600,
      machine: '2 cores',
      softTargets: 'none',
    },
    metrics: [
      {
        ...run,
        split: 'PublicTest',
        protocol: 'single view',
        rows: 3589,
        accuracy: 0.6,
        figures: { macroF1: 0.55 },
        command: 'npx fer-cnn evaluate',
      },
    ],
    quantization: { split: 'PublicTest', accuracyChange: -0.001, unchangedLabels: 0.995 },
    versions: { 'fer-cnn': '0.1.0' },
    license: 'MIT',
    intendedUse: 'Tests.',
    limitations: ['Knows nothing.'],
  };
}
