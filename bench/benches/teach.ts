import { existsSync } from 'node:fs';
import { type Classifier, loadClassifier, registerTrainingKernels } from 'fer-cnn';
import { createTeacher, type TeachMethod } from 'fer-cnn/teach';
import { activate } from '../../src/cli/backend';
import { BORDER } from '../../src/teach/fit';
import { besideEmotions } from '../support/beside';
import { type Learner, logistic, neighbors, prototypes, teachableMachine } from '../support/learners';
import { draw, type Lesson, photoLesson, publicTestLessons } from '../support/lessons';
import { timed } from '../support/measure';
import { noise } from '../support/networks';
import { type Bench, digits, type Section } from '../support/section';

const PHOTOS = '../shared/data/photos';
const SEEDS = 10;
const RIVALS: Readonly<Record<string, Learner>> = {
  'k-nearest neighbors': neighbors,
  'head of Teachable Machine': teachableMachine,
};
const LEARNERS: Readonly<Record<string, Learner>> = { prototypes, logistic, ...RIVALS };

/** Own classes from a few samples: accuracy by their number against the rivals, on the same vectors, and the time that it takes. */
export const teaching: Bench = {
  name: 'teach',
  async *run(context) {
    await activate('wasm');
    registerTrainingKernels();
    const classifier = await loadClassifier();
    const lessons: Lesson[] = [];
    if (context.data) lessons.push(...(await publicTestLessons(context.data, classifier)));
    if (existsSync(PHOTOS)) lessons.push(await photoLesson(PHOTOS, classifier));
    for (const lesson of lessons) {
      context.say(lesson.title);
      yield await curves(lesson, context.quick ? 3 : SEEDS);
    }
    if (context.data) yield await besideEmotions(context.data, classifier, context.quick ? 2 : SEEDS);
    yield await times(classifier);
    classifier.dispose();
  },
};

/** The accuracy of each learner by the number of samples. */
async function curves(lesson: Lesson, seeds: number): Promise<Section> {
  const names = ['auto', ...Object.keys(LEARNERS)];
  const results = [];
  for (const count of lesson.counts) {
    const scores = new Map<string, number[]>(names.map((name) => [name, []]));
    for (let seed = 0; seed < seeds; seed++) {
      const { learned, tested } = draw(lesson, count, seed);
      const labels = learned.map((i) => lesson.labels[i]!);
      const data = { vectors: learned.map((i) => lesson.vectors[i]!), labels, classes: lesson.classNames.length };
      const vectors = tested.map((i) => lesson.vectors[i]!);
      for (const [name, learner] of Object.entries(LEARNERS)) {
        const named = await learner(data, vectors, seed);
        scores.get(name)!.push(
          meanRecall(
            named,
            tested.map((i) => lesson.labels[i]!),
            lesson.classNames.length,
          ),
        );
      }
      scores.get('auto')!.push(scores.get(count < BORDER ? 'prototypes' : 'logistic')!.at(-1)!);
    }
    results.push({ count, scores: Object.fromEntries(scores) });
  }
  return {
    title: lesson.title,
    head: ['samples per class', ...names, 'auto minus the better of these two'],
    rows: results.map(({ count, scores }) => [
      `${count}`,
      ...names.map((name) => interval(scores[name]!)),
      interval(lead(scores)),
    ]),
    note: `Accuracy in %, mean over the classes and ${seeds} seeds, with its 95 % interval; the bundled model compact, backend wasm.`,
    data: results,
  };
}

/** How far `auto` is ahead of the rival with the higher mean, by seed. */
function lead(scores: Readonly<Record<string, readonly number[]>>): number[] {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const rivals = Object.keys(RIVALS).map((name) => scores[name]!);
  const better = rivals.reduce((best, rival) => (sum(rival) > sum(best) ? rival : best));
  return scores['auto']!.map((value, seed) => value - better[seed]!);
}

/** The share of images that were recognized, in the mean over the classes. */
function meanRecall(named: readonly number[], labels: readonly number[], classes: number): number {
  const recalls = Array.from({ length: classes }, (_, k) => {
    const own = labels.flatMap((label, i) => (label === k ? [named[i] === k ? 1 : 0] : []));
    return own.reduce<number>((sum, right) => sum + right, 0) / own.length;
  });
  return recalls.reduce((sum, recall) => sum + recall, 0) / classes;
}

/** Student's t for 95 % by degrees of freedom, for few seeds and for all. */
const T: Readonly<Record<number, number>> = { 2: 4.303, 9: 2.262 };

/** A mean with its interval, in per cent. */
function interval(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = T[values.length - 1]! * Math.sqrt(variance / values.length);
  return `${(100 * mean).toFixed(1).replace('-0.0', '0.0')} ± ${(100 * half).toFixed(1)}`;
}

const CLASSES = 5;
const SAMPLES = 50;
const TAKES = 5;

/** The time that five classes of fifty samples take on WASM. */
async function times(classifier: Classifier): Promise<Section> {
  await activate('wasm');
  const teacher = createTeacher({ classifier });
  const data = noise(CLASSES * SAMPLES);
  const length = data.height * data.width;
  for (let take = 0; take < CLASSES * TAKES; take++) {
    const images = Array.from({ length: SAMPLES / TAKES }, (_, i) => {
      const start = (take * (SAMPLES / TAKES) + i) * length;
      return { data: data.images.slice(start, start + length) as Uint8Array, width: data.width, height: data.height };
    });
    await teacher.add(`class ${take % CLASSES}`, images);
  }
  const rows: [string, string, string][] = [];
  const results: object[] = [];
  for (const method of ['prototypes', 'logistic'] satisfies TeachMethod[]) {
    const run = (score: boolean) => timed(async () => (await teacher.train({ method, score })).classifier.dispose(), 3);
    await run(true);
    const [alone, scored] = [await run(false), await run(true)];
    rows.push([method, digits(alone.cpu), digits(scored.cpu)]);
    results.push({ method, alone, scored });
  }
  teacher.dispose();
  return {
    title: `${CLASSES} classes × ${SAMPLES} samples on wasm`,
    head: ['method', 'learning, processor ms', 'with the held-out score, processor ms'],
    rows,
    note: 'Processor time of all threads from the vectors to a classifier; the score learns five times more.',
    data: results,
  };
}
