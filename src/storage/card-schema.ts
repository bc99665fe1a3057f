import { MAX_CLASSES } from '../class-names';
import { distinctTexts, integer, list, number, object, oneOf, oneOrThree, record, text } from './schema';

const date = text(/^\d{4}-\d\d-\d\d$/);

const REQUIRED = {
  name: text(),
  architecture: text(),
  classNames: distinctTexts(2, MAX_CLASSES),
  preprocessing: object(
    { inputSize: list(integer(1), 2, 2), mean: oneOrThree(number()), std: oneOrThree(number(1e-6)) },
    { channels: oneOf(1, 3) },
  ),
};

const OPTIONAL = {
  outputs: oneOf('probabilities', 'logits'),
  description: text(),
  data: object({ name: text(), split: text(), rows: integer(1), source: text(), license: text() }),
  training: object(
    {
      command: text(),
      seed: integer(),
      epochs: number(0),
      recipe: text(),
      backend: text(),
      wallTimeSeconds: number(0),
      machine: text(),
      date,
    },
    { softTargets: text() },
  ),
  taught: object({
    base: object({ name: text() }, { sha256: text(/^[0-9a-f]{64}$/) }),
    method: oneOf('prototypes', 'logistic', 'fineTune'),
    classes: list(object({ className: text(), samples: integer(0), takes: integer(0) })),
  }),
  metrics: list(
    object(
      {
        split: text(),
        protocol: text(),
        rows: integer(1),
        accuracy: number(0, 1),
        backend: text(),
        date,
        command: text(),
      },
      { figures: record(number()) },
    ),
  ),
  perClass: list(
    object({ className: text(), precision: number(0, 1), recall: number(0, 1), f1: number(0, 1), support: integer(0) }),
  ),
  quantization: object({ split: text(), accuracyChange: number(-1, 1), unchangedLabels: number(0, 1) }),
  calibration: object({
    temperature: number(0.05, 20),
    split: text(),
    rows: integer(1),
    errorBefore: number(0, 1),
    errorAfter: number(0, 1),
    coverage: list(object({ minProbability: number(0, 1), coverage: number(0, 1), accuracy: number(0, 1) })),
  }),
  versions: record(text()),
  license: text(),
  intendedUse: text(),
  limitations: list(text()),
};

/** Checks the notes of a card, key by key; the other keys of a `CardDraft` are looked at by {@link resolveCard}. */
export const notes = object({}, { ...OPTIONAL, name: text(), architecture: text() });

/** Checks a {@link ModelCard}, key by key; unknown keys are refused. */
export const card = object(
  {
    ...REQUIRED,
    formatVersion: oneOf(1),
    parameters: integer(1),
    weights: object(
      { dtype: oneOf('float32', 'float16', 'uint8', 'mixed'), bytes: integer(1) },
      { sha256: text(/^[0-9a-f]{64}$/) },
    ),
  },
  OPTIONAL,
);
