import { parseClassNames } from '../class-names';
import {
  arrayOf,
  integer,
  like,
  number,
  object,
  oneOf,
  optional,
  type Parser,
  recordOf,
  share,
  stored,
  text,
} from '../schema';
import { hash } from './sha256';

const count = integer({ min: 0 });
const positive = integer({ min: 1 });
const change = number({ min: -1, max: 1 });
const duration = number({ min: 0 });
const date = like('a date like 2026-01-31', /^\d{4}-\d\d-\d\d$/);
const recognition = object({ right: count, low: share, high: share });

/** A number, or three: one for each channel. */
const perChannel = (parse: Parser<number>): Parser<unknown> => {
  const three = arrayOf('a number or three', parse, { min: 3, max: 3 });
  return (where, value) => (Array.isArray(value) ? three : parse)(where, value);
};

const REQUIRED = {
  name: text,
  architecture: text,
  classNames: parseClassNames,
  preprocessing: object({
    inputSize: arrayOf('height and width', positive, { min: 2, max: 2 }),
    channels: optional(oneOf([1, 3])),
    mean: perChannel(number()),
    std: perChannel(number({ min: 1e-6 })),
  }),
};

/** What follows from the model and its stored weights: a loaded card has it, and it is found out again. */
const DERIVED = {
  formatVersion: oneOf([1]),
  parameters: positive,
  weights: object({ dtype: oneOf(['float32', 'float16', 'uint8', 'mixed']), bytes: positive, sha256: hash }),
};

/** The keys that follow from model and weights. */
export const DERIVED_KEYS = Object.keys(DERIVED);

const NOTES = {
  description: text,
  data: object({ name: text, split: text, rows: positive, source: text, license: text }),
  training: object({
    command: text,
    seed: count,
    epochs: duration,
    recipe: text,
    backend: text,
    wallTimeSeconds: duration,
    machine: text,
    date,
    softTargets: optional(text),
  }),
  taught: object({
    base: object({ name: text, sha256: hash }),
    method: oneOf(['prototypes', 'logistic', 'fineTune']),
    classes: arrayOf('the classes', object({ className: text, samples: count, takes: count })),
  }),
  metrics: arrayOf(
    'the measured metrics',
    object({
      split: text,
      protocol: text,
      rows: positive,
      accuracy: share,
      backend: text,
      date,
      command: text,
      figures: optional(recordOf(number())),
    }),
  ),
  perClass: arrayOf(
    'the metrics of each class',
    object({ className: text, precision: share, recall: share, f1: share, support: count }),
  ),
  quantization: object({ split: text, accuracyChange: change, unchangedLabels: share }),
  calibration: object({
    temperature: number({ min: 0.05, max: 20 }),
    split: text,
    rows: positive,
    errorBefore: share,
    errorAfter: share,
    coverage: arrayOf('the coverage', object({ minProbability: share, coverage: share, accuracy: share })),
    damaged: optional(
      object({
        split: text,
        rows: positive,
        strength: text,
        clean: share,
        mean: share,
        errors: recordOf(share),
        backend: text,
        date,
        command: text,
      }),
    ),
  }),
  people: object({
    source: text,
    protocol: text,
    groups: arrayOf(
      'groups of persons',
      object({ by: text, name: text, persons: positive, neutral: recognition, smiles: recognition }),
      { min: 1 },
    ),
    backend: text,
    date,
    command: text,
  }),
  versions: recordOf(text),
  license: text,
  intendedUse: text,
  limitations: arrayOf('the limitations', text),
};

/** The keys that the author of a card fills in. */
export const NOTE_KEYS = ['name', 'architecture', ...Object.keys(NOTES)];

const optionalNotes = Object.fromEntries(
  Object.entries<Parser<unknown>>(NOTES).map(([key, parse]) => [key, optional(parse)]),
);

/** Checks the notes of a card, key by key; the other keys of a `CardDraft` are looked at by {@link resolveCard}. */
export const notes = stored(object({ ...optionalNotes, name: optional(text), architecture: optional(text) }));

/** Checks a {@link ModelCard}, key by key; unknown keys are refused. */
export const card = stored(
  object({ ...REQUIRED, ...DERIVED, ...optionalNotes, outputs: optional(oneOf(['probabilities', 'logits'])) }),
);
