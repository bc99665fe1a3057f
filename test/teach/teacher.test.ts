import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Classifier } from '../../src/classify/classifier';
import { loadClassifier } from '../../src/classify/load';
import { DisposedError, InputError, WeightsError } from '../../src/errors';
import { explain } from '../../src/explain/explain';
import type { FaceDetector } from '../../src/faces/detector';
import { createTracker } from '../../src/faces/tracker';
import { EMOTIONS } from '../../src/labels';
import { loadModel } from '../../src/storage/load-model';
import { saveModel } from '../../src/storage/save-model';
import { Random } from '../../src/random';
import { identityOf } from '../../src/teach/base';
import { encodeState } from '../../src/teach/serialize';
import { createTeacher, loadTeacher } from '../../src/teach/teacher';
import type { Teacher, TeacherOptions, TeachOptions } from '../../src/teach/types';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { weightsOf } from '../support/tiny';
import { narrowBase, shaded, shadedSet } from './fixtures';

describeOn(BACKENDS, 'a teacher', () => {
  expectNoLeaks();
  let model: tfl.LayersModel;
  let base: Classifier;

  beforeAll(async () => {
    model = narrowBase();
    base = await loadClassifier({ model });
  });
  afterAll(() => {
    base.dispose();
    model.dispose();
  });

  /** A teacher that has seen two takes of two classes. */
  async function taughtTeacher(options: TeacherOptions = {}): Promise<Teacher> {
    const teacher = createTeacher({ classifier: base, ...options });
    for (const take of [1, 2]) {
      await teacher.add('left', shadedSet('left', 6, take));
      await teacher.add('right', shadedSet('right', 6, 10 + take));
    }
    return teacher;
  }
  const best = async (classifier: Classifier, image: Parameters<Classifier['classify']>[0]) =>
    ((await classifier.classify(image, { topk: 1 })) as { className: string }[])[0]!.className;

  it.each(['auto', 'prototypes', 'logistic'] as const)(
    'learns an ordinary classifier by %s, with its own card, and leaves the base unchanged',
    async (method) => {
      const before = weightsOf(model);
      const teacher = await taughtTeacher();
      expect(teacher.counts()).toEqual({ left: 12, right: 12 });
      const fractions: number[] = [];
      const onProgress = (fraction: number) => fractions.push(fraction);
      const result = await teacher.train({ method, onProgress });
      teacher.dispose();
      expect(result.method).toBe(method === 'auto' ? 'logistic' : method);
      expect(result.score).toMatchObject({ accuracy: 1, samples: 24, takes: 4, recall: { left: 1, right: 1 } });
      expect(fractions.at(-1)).toBe(1);
      const { classifier } = result;
      expect(await best(classifier, shaded('left', 77))).toBe('left');
      expect(await best(classifier, shaded('right', 78))).toBe('right');
      expect(classifier.card).toMatchObject({
        classNames: ['left', 'right'],
        taught: {
          base: { name: 'compact' },
          method: result.method,
          classes: [{ className: 'left', samples: 12, takes: 2 }, { className: 'right', samples: 12, takes: 2 }], // prettier-ignore
        },
        metrics: [{ split: 'held-out takes', rows: 24, accuracy: 1 }],
      });
      classifier.dispose();
      expect(weightsOf(model)).toEqual(before);
      expect(base.isDisposed).toBe(false);
    },
  );

  it('learns what tracker, heat map, saveModel and loadModel take', async () => {
    const teacher = await taughtTeacher();
    const { classifier } = await teacher.train();
    const tracker = createTracker(classifier);
    expect(await tracker.update(shaded('left', 5), 0)).toMatchObject([{ className: 'left' }]);
    tracker.dispose();
    const { map, className } = await explain(classifier, shaded('left', 5));
    expect(className).toBe('left');
    map.dispose();
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-teach-'));
    await saveModel(folder, classifier.model);
    const expected = await classifier.probabilities(shaded('left', 6));
    classifier.dispose();
    const stored = await loadModel(folder);
    expect(stored.card.taught?.classes).toHaveLength(2);
    const again = await loadClassifier(stored);
    expect(await again.probabilities(shaded('left', 6))).toBeAllClose(expected, { atol: 1e-5 });
    again.dispose();
    stored.model.dispose();
    await rm(folder, { recursive: true });
    teacher.dispose();
  });

  it('says that a score is not measurable with one take of a class', async () => {
    const teacher = await taughtTeacher();
    await teacher.add('top', shadedSet('top', 3, 9));
    const { classifier, score } = await teacher.train();
    expect(score).toEqual({ accuracy: undefined, recall: {}, samples: 0, takes: 0, message: 'Not measurable: add a second take of "top".' }); // prettier-ignore
    expect(classifier.card.metrics).toBeUndefined();
    expect(classifier.card.limitations![0]).toBe(score.message);
    expect(await best(classifier, shaded('top', 900))).toBe('top');
    classifier.dispose();
    teacher.dispose();
  });

  it('rejects what is not certain as a class of its own', async () => {
    const teacher = await taughtTeacher();
    const { classifier } = await teacher.train({ rejectBelow: 0.9 });
    expect(classifier.card.classNames).toEqual(['left', 'right', 'none of these']);
    const plain = (await teacher.train()).classifier;
    const [one, other] = [shaded('left', 3), shaded('right', 4)];
    const named: boolean[] = [];
    for (let share = 0; share <= 10; share++) {
      const data = one.data.map((value, i) => (value * share + other.data[i]! * (10 - share)) / 10);
      const sure = Math.max(...(await plain.probabilities({ ...one, data }))) >= 0.9;
      expect(await best(classifier, { ...one, data })).toBe(
        sure ? await best(plain, { ...one, data }) : 'none of these',
      );
      named.push(sure);
    }
    expect(new Set(named).size).toBe(2);
    plain.dispose();
    classifier.dispose();
    await expect(teacher.train({ rejectBelow: 0.5 })).rejects.toThrow('more than 1 / 2 classes, received 0.5');
    teacher.rename('left', 'none of these');
    await expect(teacher.train({ rejectBelow: 0.9 })).rejects.toThrow('Rename the class.');
    teacher.dispose();
  });

  it('keeps the classes of the base beside its own', async () => {
    const teacher = createTeacher({ classifier: base });
    await teacher.add('left', shadedSet('left', 5, 1));
    await teacher.add('happy', shadedSet('right', 5, 2));
    const { classifier } = await teacher.train({ keepClasses: true });
    expect(classifier.card.classNames).toEqual([...EMOTIONS, 'left']);
    expect(classifier.card.taught!.classes.map(({ samples }) => samples)).toEqual([0, 0, 0, 5, 0, 0, 0, 5]);
    classifier.dispose();
    await expect(teacher.train({ keepClasses: true, method: 'prototypes' })).rejects.toThrow(InputError);
    teacher.clear('happy');
    const { classifier: one } = await teacher.train({ keepClasses: true });
    for (let seed = 0; seed < 5; seed++) expect(await best(one, shaded('left', seed))).toBe('left');
    one.dispose();
    teacher.dispose();
  });

  it('takes the largest face that a detector finds, or the one at a position', async () => {
    const box = { x: 8, y: 0, width: 8, height: 8 };
    const large = { x: 0, y: 4, width: 12, height: 12 };
    const detect = vi.fn<FaceDetector['detect']>(() => [{ box }, { box: large }]);
    const teacher = createTeacher({ classifier: base, detector: { detect }, keep: 'images' });
    const photo = shaded('top', 1);
    await teacher.add('a', photo);
    await teacher.add('a', photo, { box });
    expect(detect).toHaveBeenCalledTimes(1);
    const [first, second] = teacher.samples();
    expect(first!.vector).toBeAllClose(await base.embed(photo, { box: large }), { atol: 1e-4 });
    expect(second!.vector).toBeAllClose(await base.embed(photo, { box }), { atol: 1e-4 });
    expect(first!.image).toMatchObject({ width: 16, height: 16, channels: 1 });
    const batch = tf.zeros<tf.Rank.R4>([2, 16, 16, 1]);
    detect.mockReturnValueOnce([]);
    expect(await teacher.add('b', batch)).toMatchObject({ withoutFace: 1, ids: [3] });
    batch.dispose();
    detect.mockReturnValue([]);
    await expect(teacher.add('c', photo)).rejects.toThrow('add: images: expected an image with a face');
    expect(teacher.classNames).toEqual(['a', 'b']);
    teacher.dispose();
  });

  it('writes its samples, and goes on with them later', async () => {
    for (const keep of ['vectors', 'images'] as const) {
      const teacher = await taughtTeacher({ keep });
      teacher.remove(teacher.samples()[0]!.id);
      const text = await teacher.serialize();
      const again = await loadTeacher(text, { classifier: base });
      expect(again.samples()).toEqual(teacher.samples());
      expect(again.classNames).toEqual(teacher.classNames);
      expect(await again.serialize()).toBe(text);
      expect(await again.add('left', shaded('left', 1))).toMatchObject({ take: 5, ids: [25] });
      again.dispose();
      teacher.dispose();
    }
  });

  it('refuses the samples of another base, by its hash or by its vectors', async () => {
    const teacher = await taughtTeacher();
    const text = await teacher.serialize();
    const other = narrowBase(5);
    const stranger = await loadClassifier({ model: other });
    await expect(loadTeacher(text, { classifier: stranger })).rejects.toThrow(/the base that the samples were made/);
    stranger.dispose();
    other.dispose();
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-teach-'));
    await saveModel(folder, model);
    const [stored, rounded] = [await loadClassifier(folder), await saveModel(`${folder}/8`, model, { dtype: 'uint8' })];
    expect(rounded.weights!.sha256).not.toBe(stored.card.weights!.sha256);
    const hashed = createTeacher({ classifier: stored });
    await hashed.add('a', shaded('left', 1));
    const own = await hashed.serialize();
    (await loadTeacher(own, { classifier: stored })).dispose();
    await expect(loadTeacher(own, { keep: 'images' } as never)).rejects.toThrow('received the key "keep"');
    (await loadTeacher(text, { classifier: stored })).dispose(); // `text` is from before the base was stored
    (await loadTeacher(own, { classifier: base })).dispose();
    const coarse = await loadClassifier(`${folder}/8`);
    for (const each of [own, text]) {
      await expect(loadTeacher(each, { classifier: coarse })).rejects.toThrow(WeightsError);
    }
    for (const each of [stored, coarse]) each.dispose();
    await rm(folder, { recursive: true });
    teacher.dispose();
  });

  it('rejects samples, options and calls that are not valid, and loses nothing', async () => {
    const teacher = await taughtTeacher();
    const none = undefined as never;
    await expect(teacher.add('', shaded('left', 1))).rejects.toThrow('add: label: expected the name of a class');
    await expect(teacher.add('left', [])).rejects.toThrow('received an empty array');
    await expect(teacher.add('left', [shaded('left', 1), none])).rejects.toThrow(InputError);
    const dark = tf.fill([16, 16], 0.5);
    await expect(teacher.add('left', dark)).rejects.toThrow(/^add: expected pixel values in 0..255/);
    dark.dispose();
    const box = { x: 0, y: 0, width: 9, height: 9 };
    await expect(teacher.add('left', [shaded('left', 1)], { box })).rejects.toThrow('received several images');
    await expect(teacher.add('left', shaded('left', 1), { margin: 0 })).rejects.toThrow(InputError);
    await expect(teacher.add('left', shaded('left', 1), { box: { ...box, x: NaN } })).rejects.toThrow(
      /^add: regions\[0\]\.box\.x: expected/,
    );
    await expect(teacher.add('left', shaded('left', 1), { boxes: [] } as object)).rejects.toThrow(InputError);
    await expect(teacher.record('left', 5 as never)).rejects.toThrow('record: video: expected a video element');
    for (const options of [{ method: 'knn' }, { seed: -1 }, { rejectBelow: 2 }, { epochs: 3 }, { keepClasses: 1 }]) {
      await expect(teacher.train(options as TeachOptions)).rejects.toThrow(InputError);
    }
    await expect(teacher.train({ method: 'fineTune' })).rejects.toThrow("Create the teacher with keep: 'images'");
    expect(teacher.counts()).toEqual({ left: 12, right: 12 });
    teacher.remove(teacher.samples().flatMap(({ id, label }) => (label === 'left' ? [id] : [])));
    await expect(teacher.train()).rejects.toThrow('none of "left"');
    teacher.clear('left');
    await expect(teacher.train()).rejects.toThrow('expected at least 2 classes, received 1');
    teacher.dispose();
    expect(() => createTeacher({ keep: 'photos' as never })).toThrow(InputError);
    expect(() => createTeacher({ classifier: {} as never })).toThrow('createTeacher: options.classifier');
    expect(() => createTeacher({ classNames: ['a', 'a'] })).toThrow(InputError);
  });

  it('stops at a signal, at any moment', async () => {
    const teacher = await taughtTeacher();
    const controller = new AbortController();
    const stop = () => controller.abort(new Error('enough'));
    const { signal } = controller;
    const images = shadedSet('left', 3, 50);
    await expect(teacher.add('left', images, { signal, onProgress: stop })).rejects.toThrow('enough');
    await expect(teacher.train({ signal })).rejects.toThrow('enough');
    for (let part = 1; part <= 2; part++) {
      const late = new AbortController();
      let parts = 0;
      const onProgress = () => ++parts === part && late.abort(new Error('enough'));
      await expect(teacher.train({ signal: late.signal, onProgress: () => void onProgress() })).rejects.toThrow(
        'enough',
      );
    }
    expect(teacher.counts()).toEqual({ left: 12, right: 12 });
    teacher.dispose();
  });

  it('learns from ten thousand samples within seconds of processor time, and stops in the middle', async () => {
    const random = new Random(8);
    const classNames = ['a', 'b', 'c', 'd', 'e'];
    const identity = await identityOf(base);
    const samples = Array.from({ length: 10_000 }, (_, i) => {
      const [id, take, k] = [i + 1, 1 + Math.floor(i / 100), Math.floor(i / 100) % 5]; // 20 takes of each class
      const vector = Float32Array.from({ length: identity.size }, (__, j) => Math.abs(random.normal()) + (j % 5 === k ? 1.5 : 0)); // prettier-ignore
      return { id, label: classNames[k]!, take, vector };
    });
    const teacher = await loadTeacher(encodeState({ base: identity, keep: 'vectors', classNames, samples }), { classifier: base }); // prettier-ignore
    const { numTensors } = tf.memory();
    const options: TeachOptions[] = [
      { method: 'prototypes' },
      { method: 'logistic', score: false },
      { keepClasses: true, score: false },
    ];
    for (const each of options) {
      const before = process.cpuUsage();
      const { classifier, score } = await teacher.train(each);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(20); // about 1 s
      expect(score.samples).toBe(each.score === false ? 0 : 10_000);
      if (each.score !== false) expect(score.accuracy).toBeGreaterThan(0.95);
      expect(classifier.card.classNames.slice(-5)).toEqual(classNames);
      classifier.dispose();
      const late = new AbortController();
      const stopped = teacher.train({ ...each, score: true, signal: late.signal });
      setTimeout(() => late.abort(new Error('enough')), 20);
      await expect(stopped).rejects.toThrow('enough');
      expect(tf.memory().numTensors).toBe(numTensors);
    }
    expect(teacher.counts()).toEqual({ a: 2000, b: 2000, c: 2000, d: 2000, e: 2000 });
    teacher.dispose();
  });

  it('frees the base that it loads if it is disposed of before that begins, or is done', async () => {
    const { numTensors } = tf.memory();
    for (const turns of [0, 1, 2, 5, 10]) {
      const teacher = createTeacher();
      const added = teacher.add('a', shaded('left', 1)).catch((error: unknown) => error);
      for (let i = 0; i < turns; i++) await Promise.resolve();
      teacher.dispose();
      expect(await added).toBeInstanceOf(DisposedError);
      await vi.waitFor(() => expect(tf.memory().numTensors).toBe(numTensors));
    }
  });

  it('says so if its base is disposed of while it learns, and frees what was made', async () => {
    for (const wait of [0, 1, 2, 3]) {
      const own = await loadClassifier({ model: narrowBase() });
      const teacher = createTeacher({ classifier: own, keep: 'images' });
      await teacher.add('a', shadedSet('left', 2, 1));
      await teacher.add('b', shadedSet('right', 2, 2));
      const training = teacher.train({ method: 'fineTune' }).then(({ classifier }) => classifier.dispose());
      const error = training.catch((reason: unknown) => reason);
      for (let i = 0; i < wait; i++) await new Promise((resolve) => setTimeout(resolve));
      own.dispose();
      own.model.dispose();
      const received = await error;
      if (wait === 0 || received !== undefined) expect(received).toBeInstanceOf(DisposedError);
      expect((await teacher.train().catch((reason: unknown) => reason)) as Error).toBeInstanceOf(DisposedError);
      teacher.dispose();
    }
  });

  it('refuses more classes than a classifier can have before it learns', async () => {
    const teacher = createTeacher({ classifier: base });
    for (let i = 0; i < 255; i++) await teacher.add(`${i}`, shaded('left', i));
    await expect(teacher.add('more', shaded('left', 0))).rejects.toThrow('at most 255 classes');
    for (const options of [{ rejectBelow: 0.5 }, { keepClasses: true }]) {
      const onProgress = vi.fn();
      await expect(teacher.train({ ...options, onProgress })).rejects.toThrow(/^train: classes: expected 2 to 255 class names, received 2(56|62)/); // prettier-ignore
      expect(onProgress).not.toHaveBeenCalled();
    }
    teacher.dispose();
  });

  it('is of no use after dispose, nor with a disposed classifier', async () => {
    const own = await loadClassifier({ model });
    const teacher = createTeacher({ classifier: own });
    await teacher.add('a', shaded('left', 1));
    await teacher.add('b', shaded('right', 1));
    own.dispose();
    for (const call of [() => teacher.add('a', shaded('left', 2)), () => teacher.train(), () => teacher.serialize()]) {
      await expect(call()).rejects.toThrow(/^\w+: expected a classifier in use/);
    }
    expect(teacher.counts()).toEqual({ a: 1, b: 1 });
    teacher.dispose();
    teacher.dispose();
    for (const call of [() => teacher.add('a', shaded('left', 2)), () => teacher.train(), () => teacher.serialize()]) {
      await expect(call()).rejects.toThrow(DisposedError);
    }
  });
});
