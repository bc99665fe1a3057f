import type { Classifier } from '../classify/classifier';
import { classNamesFrom } from '../class-names';
import { inputError } from '../errors';
import type { FaceDetector } from '../faces/detector';
import {
  callback,
  flag,
  number,
  object,
  oneOf,
  optional,
  POSITIVE,
  type Schema,
  seed,
  signal,
  that,
  unchecked,
} from '../schema';
import type { AddOptions, RecordOptions, RenameOptions, TeacherOptions, TeachOptions } from './types';

const BASE = {
  classifier: optional(
    that<Classifier>(
      'a classifier, as loadClassifier() gives it',
      ({ embed, card, model }) => typeof embed === 'function' && Boolean(card) && Boolean(model),
    ),
  ),
  detector: optional(
    that<FaceDetector>('a face detector with a method detect', ({ detect }) => typeof detect === 'function'),
  ),
};

/** Options of `createTeacher`. */
export const parseTeacher = object({
  ...BASE,
  keep: optional(oneOf(['vectors', 'images']), 'vectors'),
  classNames: optional(classNamesFrom(0), []),
} satisfies Schema<TeacherOptions>);

/** Options of `loadTeacher`: the rest is in the samples. */
export const parseLoad = object(BASE satisfies Schema<Pick<TeacherOptions, 'classifier' | 'detector'>>);

/** Options of `Teacher.add`. */
export const parseAdd = object({
  box: unchecked<AddOptions['box']>, // is checked where the face is cut out
  landmarks: unchecked<AddOptions['landmarks']>,
  margin: unchecked<AddOptions['margin']>,
  signal,
  onProgress: callback<AddOptions['onProgress']>(),
} satisfies Schema<AddOptions>);

/** Options of `Teacher.record`. */
export const parseRecord = object({
  seconds: optional<number>((where, value) => (value === Infinity ? Infinity : number(POSITIVE)(where, value)), 3),
  perSecond: optional(number(POSITIVE), 10),
  finish: signal,
  signal,
  onProgress: callback<RecordOptions['onProgress']>(),
} satisfies Schema<RecordOptions>);

/** Options of `Teacher.rename`. */
export const parseRename = object({ merge: optional(flag, false) } satisfies Schema<RenameOptions>);

const parse = object({
  method: optional(oneOf(['auto', 'prototypes', 'logistic', 'fineTune']), 'auto'),
  rejectBelow: optional(number({ min: 0, max: 1 - 1e-6 })),
  keepClasses: optional(flag, false),
  score: optional(flag, true),
  seed,
  signal,
  onProgress: callback<TeachOptions['onProgress']>(),
} satisfies Schema<TeachOptions>);

/** Options of `Teacher.train`. */
export function parseTeach(options: TeachOptions) {
  const parsed = parse('train: options', options);
  if (parsed.keepClasses && !['auto', 'logistic'].includes(parsed.method)) {
    const remedy = 'The classes of the base are joined by the logistic head only.';
    throw inputError('train: options.method', "'auto' or 'logistic' with keepClasses", `'${parsed.method}'`, remedy);
  }
  return parsed;
}

/** Options of `Teacher.train` with their defaults. */
export type ParsedTeachOptions = ReturnType<typeof parseTeach>;

/** Options of `Teacher.record` with their defaults. */
export type ParsedRecordOptions = ReturnType<typeof parseRecord>;
