import * as tf from '@tensorflow/tfjs-core';
import { ensureBackend } from '../backend/backend';
import type { Classifier } from '../classify/classifier';
import { loadDefault } from '../classify/classify';
import { DisposedError, FerError, inputError, WeightsError, within } from '../errors';
import { isBatch } from '../image/input';
import type { ImageSource } from '../image/read';
import { denseHeadOf } from '../models/head';
import { describe } from '../validate';
import { identityOf, isSameBase } from './base';
import { adviseOn } from './advice';
import { parseAdd, parseLoad, parseRecord, parseRename, parseTeach, parseTeacher } from './parse-options';
import { type FaceReading, readFaces } from './read-faces';
import { recordFaces } from './record';
import { Samples, type ShownFace } from './samples';
import { decodeState, encodeState } from './serialize';
import type { Teacher, TeacherOptions } from './types';

/**
 * Creates a teacher, to which a few faces of each class are shown and which learns a classifier from them: own expressions, in the browser
 * and in Node, on every backend.
 *
 * It keeps the vector of each face before the head of a trained model, the base, and learns a new head.
 *
 * @param options The base, the face detector, and what is kept.
 * @returns The teacher; the caller disposes of it.
 * @throws InputError if an option is not valid, or the model of the classifier does not end in a dense layer.
 * @example
 * ```ts
 * const teacher = createTeacher();
 * await teacher.add('bored', [image, image]);
 * await teacher.add('engaged', image);
 * const { classifier, score } = await teacher.train();
 * console.log(await classifier.classify(image), score.message);
 * teacher.dispose();
 * ```
 */
export function createTeacher(options: TeacherOptions = {}): Teacher {
  const { classNames } = parseTeacher('createTeacher: options', options);
  return teacherOf('createTeacher', options, new Samples(classNames));
}

/**
 * Loads a teacher with the samples that {@link Teacher.serialize} wrote.
 *
 * @param serialized The string.
 * @param options The base, which must be the one that the samples were made with, and the face detector.
 * @returns The teacher; the caller disposes of it.
 * @throws WeightsError if the string is damaged, or the samples were made with another base.
 * @throws InputError if an option is not valid. BackendError if no tfjs backend is registered.
 * @example
 * ```ts
 * const teacher = createTeacher();
 * await teacher.add('bored', image);
 * const again = await loadTeacher(await teacher.serialize());
 * again.counts(); // { bored: 1 }
 * ```
 */
export async function loadTeacher(
  serialized: string,
  options: Pick<TeacherOptions, 'classifier' | 'detector'> = {},
): Promise<Teacher> {
  parseLoad('loadTeacher: options', options);
  const { base, keep, classNames, samples } = decodeState('loadTeacher', serialized);
  await ensureBackend('loadTeacher');
  const classifier = options.classifier ?? (await loadDefault());
  try {
    const own = await identityOf(classifier);
    if (!isSameBase(base, own)) {
      throw new WeightsError({
        where: 'loadTeacher: options.classifier',
        expected: `the base that the samples were made with, '${base.name}' (${base.sha256 ?? 'known by its vectors'})`,
        received: `'${own.name}' (${own.sha256 ?? 'without a hash on its card'})`,
        remedy: 'Pass the same classifier as to createTeacher(). Vectors of one model mean nothing to another.',
      });
    }
    const given = options.classifier ? undefined : classifier;
    return teacherOf('loadTeacher', { ...options, keep }, new Samples(classNames, samples), given);
  } catch (error) {
    if (!options.classifier) classifier.dispose();
    throw error;
  }
}

/** The error for a base that was disposed of, before or during a call. */
const disposedBase = (method: string) =>
  new DisposedError(method, 'a classifier', 'Load one and create another teacher with it.');

/** A teacher of some samples; `loaded` is a base that belongs to it. */
function teacherOf(where: string, options: TeacherOptions, samples: Samples, loaded?: Classifier): Teacher {
  const { classifier: given, detector, keep } = parseTeacher(`${where}: options`, options);
  if (given) within(`${where}: options.classifier: model`, () => denseHeadOf(given.model));
  let own: Promise<Classifier> | undefined = loaded && Promise.resolve(loaded);
  let isDisposed = false;

  const checkInUse = (method: string) => {
    if (isDisposed) throw new DisposedError(method, 'a teacher', 'Create another one with createTeacher().');
  };
  /** The base, loaded with the first call if none was given. */
  async function openBase(method: string): Promise<Classifier> {
    await ensureBackend(method);
    checkInUse(method); // or nobody would dispose of what is loaded
    const loading = given ? Promise.resolve(given) : (own ??= loadDefault());
    try {
      const classifier = await loading;
      checkInUse(method);
      if (!classifier.isDisposed) return classifier;
    } catch (error) {
      if (own === loading) own = undefined; // the next call tries again
      throw error;
    }
    if (given) throw disposedBase(method);
    if (own === loading) own = undefined; // its weights were lost with the GPU device
    return openBase(method);
  }
  const readingFor = async (method: string): Promise<FaceReading> => ({
    where: method,
    classifier: await openBase(method),
    detector,
    keepImages: keep === 'images',
  });

  return {
    get classNames() {
      return samples.classNames;
    },
    async add(label, images, addOptions = {}) {
      checkInUse('add');
      samples.checkLabel('add: label', label);
      const { box, landmarks, margin, signal, onProgress } = parseAdd('add: options', addOptions);
      signal?.throwIfAborted();
      const isSeveral = Array.isArray(images) || isBatch(images);
      const isPlaced = box !== undefined || landmarks !== undefined;
      if (isSeveral && isPlaced)
        throw inputError('add: options', 'the position of a face in one image', 'several images');
      if (margin !== undefined && !isPlaced && !detector) {
        throw inputError('add: options.margin', 'a box to apply the margin to', 'none');
      }
      const region = isPlaced ? { box, landmarks } : undefined;
      const reading = { ...(await readingFor('add')), region, margin, signal };
      const faces: ShownFace[] = [];
      let withoutFace = 0;
      const isUnstacked = isBatch(images) && detector !== undefined;
      const all = isUnstacked
        ? tf.unstack(images as tf.Tensor4D)
        : ((Array.isArray(images) ? images : [images]) as readonly ImageSource[]);
      try {
        for (const [i, image] of all.entries()) {
          signal?.throwIfAborted();
          const found = await readFaces(image as ImageSource, reading);
          if (found.length === 0) withoutFace++;
          for (const face of found) faces.push(face);
          onProgress?.(i + 1, all.length);
        }
      } finally {
        if (isUnstacked) tf.dispose(all as tf.Tensor[]);
      }
      signal?.throwIfAborted();
      checkInUse('add');
      if (faces.length > 0) return samples.add(label, faces, withoutFace);
      const received = all.length === 0 ? 'an empty array' : `${all.length === 1 ? 'one' : all.length} without a face`;
      throw inputError('add: images', 'an image with a face', received);
    },
    async record(label, video, recordOptions = {}) {
      checkInUse('record');
      samples.checkLabel('record: label', label);
      const parsed = parseRecord('record: options', recordOptions);
      if (typeof video !== 'object' || video === null || !('readyState' in video)) {
        throw inputError('record: video', 'a video element', describe(video));
      }
      parsed.signal?.throwIfAborted();
      const reading = { ...(await readingFor('record')), signal: parsed.signal };
      const { faces, withoutFace } = await recordFaces(video, parsed, (frame) => readFaces(frame, reading));
      checkInUse('record');
      return samples.add(label, faces, withoutFace);
    },
    addClass: (label) => samples.addClass(label),
    counts: () => samples.counts(),
    samples: () => samples.all,
    remove: (ids) => samples.remove(ids),
    rename: (label, name, options = {}) => samples.rename(label, name, parseRename('rename: options', options)),
    clear: (label) => samples.clear(label),
    check: () => adviseOn(samples.classNames, samples.all),
    async train(teachOptions = {}) {
      checkInUse('train');
      const parsed = parseTeach(teachOptions);
      parsed.signal?.throwIfAborted();
      const [all, names] = [samples.all, samples.classNames];
      const { checkSamples, teach } = await import('./train'); // is not needed before there are samples
      checkSamples(all, names, parsed);
      const classifier = await openBase('train');
      try {
        return await teach(classifier, all, names, parsed);
      } catch (error) {
        if (error instanceof FerError || parsed.signal?.aborted || !classifier.isDisposed) throw error;
        checkInUse('train');
        throw disposedBase('train');
      }
    },
    async serialize() {
      checkInUse('serialize');
      const base = await identityOf(await openBase('serialize'));
      return encodeState({ base, keep, classNames: samples.classNames, samples: samples.all });
    },
    dispose() {
      isDisposed = true;
      const classifier = own;
      own = undefined;
      classifier?.then(
        (each) => each.dispose(),
        () => undefined,
      );
    },
  };
}
