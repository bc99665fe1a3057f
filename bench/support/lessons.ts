import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Classifier, EMOTIONS, loadFer2013, Random } from 'fer-cnn';
import { type FaceDetector, loadFaceDetector } from 'fer-cnn/faces';
import { createTeacher } from 'fer-cnn/teach';

/** Vectors of faces, of which a few are learned from. */
export interface Lesson {
  readonly title: string;
  readonly classNames: readonly string[];
  readonly vectors: readonly Float32Array[];
  readonly labels: readonly number[];
  /** Who is in each image, if a person is either learned from or tested on. */
  readonly people?: readonly string[];
  /** The numbers of samples per class. */
  readonly counts: readonly number[];
}

const COUNTS = [1, 2, 5, 10, 20, 50];

/** Classes made of emotions; the others are left out. */
const GROUPINGS: readonly Readonly<Record<string, readonly (typeof EMOTIONS)[number][]>>[] = [
  { unpleasant: ['angry', 'disgust', 'fear', 'sad'], pleasant: ['happy'], other: ['surprise', 'neutral'] },
  { tense: ['angry', 'fear', 'surprise'], low: ['sad', 'neutral'], happy: ['happy'] },
  { angry: ['angry'], fear: ['fear'], sad: ['sad'] },
];

/** Lessons on FER2013's PublicTest, with emotions merged and split. */
export async function publicTestLessons(file: string, classifier: Classifier): Promise<Lesson[]> {
  const data = (await loadFer2013(file)).where('PublicTest');
  const all = await classifier.embed(data);
  return GROUPINGS.map((groups) => {
    const classNames = Object.keys(groups);
    const labelOf = EMOTIONS.map((emotion) => classNames.findIndex((name) => groups[name]!.includes(emotion)));
    const rows = all.flatMap((vector, i) => {
      const label = labelOf[data.labels[i]!]!;
      return label < 0 ? [] : [{ vector, label }];
    });
    const parts = classNames.map((name) =>
      groups[name]!.join() === name ? name : `${name} (${groups[name]!.join(', ')})`,
    );
    return {
      title: `PublicTest: ${parts.join('; ')}`,
      classNames,
      vectors: rows.map(({ vector }) => vector),
      labels: rows.map(({ label }) => label),
      counts: COUNTS,
    };
  });
}

/** Smile against neutral on photos, persons held out. */
export async function photoLesson(folder: string, classifier: Classifier): Promise<Lesson> {
  const lines = (await readFile(join(folder, 'photos.csv'), 'utf8')).trim().split('\n').slice(1);
  const rows = lines.map((line) => line.split(',') as [file: string, person: string, expression: string]);
  const detector: FaceDetector = await loadFaceDetector();
  const teacher = createTeacher({ classifier, detector });
  for (const [file, , expression] of rows) await teacher.add(expression, join(folder, file));
  const samples = teacher.samples();
  teacher.dispose();
  return {
    title: 'Photos of the London set: smile against neutral, persons held out',
    classNames: ['neutral', 'happy'],
    vectors: samples.map(({ vector }) => vector),
    labels: samples.map(({ label }) => ['neutral', 'happy'].indexOf(label)),
    people: rows.map(([, person]) => person),
    counts: COUNTS.filter((count) => count <= 20),
  };
}

/** Images of each class that are tested on, at most. */
const TESTED = 100;

/** Draws what is learned from, `count` of each class, and what is tested on. */
export function draw({ labels, people, classNames }: Lesson, count: number, seed: number) {
  const random = new Random(seed);
  if (people) {
    const order = random.shuffle([...new Set(people)]);
    const learned = new Set(order.slice(0, count));
    const rows = labels.map((_, i) => i);
    const isLearned = (i: number) => learned.has(people[i]!);
    return { learned: rows.filter(isLearned), tested: rows.filter((i) => !isLearned(i)) };
  }
  const classes = classNames.map((_, k) => random.shuffle(labels.flatMap((label, i) => (label === k ? [i] : []))));
  return {
    learned: classes.flatMap((rows) => rows.slice(0, count)),
    tested: classes.flatMap((rows) => rows.slice(count, count + TESTED)),
  };
}
