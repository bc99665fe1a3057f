import { type Classifier, EMOTIONS, loadFer2013, Random } from 'fer-cnn';
import { readHead } from '../../src/teach/build';
import type { BaseHead } from '../../src/teach/fit';
import { joinClasses } from '../../src/teach/join';
import { type LinearHead, logitsOf } from '../../src/teach/linear';
import type { Section } from './section';

const COUNTS = [5, 20];
const OWN = 'taught';

/**
 * An emotion is taken out of the model's output layer and taught again beside the six others (`keepClasses`): how often it is found, and
 * what the others lose by it.
 */
export async function besideEmotions(file: string, classifier: Classifier, seeds: number): Promise<Section> {
  const data = (await loadFer2013(file)).where('PublicTest');
  const vectors = await classifier.embed(data);
  const whole = await readHead('bench', classifier);
  const rowsOf = (label: number) => [...data.labels.keys()].filter((i) => data.labels[i] === label);
  const name = ({ head, classNames }: Pick<BaseHead, 'head' | 'classNames'>, i: number) => {
    const logits = logitsOf(head, vectors[i]!);
    return classNames[logits.indexOf(Math.max(...logits))]!;
  };
  const share = (rows: readonly number[], isRight: (i: number) => boolean) =>
    (100 * rows.filter(isRight).length) / rows.length;
  const results = [];
  for (const [label, emotion] of EMOTIONS.entries()) {
    const base: BaseHead = {
      ...whole,
      head: without(whole.head, label),
      classNames: EMOTIONS.filter((other) => other !== emotion),
    };
    const others = [...data.labels.keys()].filter((i) => data.labels[i] !== label);
    const isRight = (head: Pick<BaseHead, 'head' | 'classNames'>) => (i: number) =>
      name(head, i) === EMOTIONS[data.labels[i]!];
    const before = share(others, isRight(base));
    const trained = share(rowsOf(label), (i) => name(whole, i) === emotion);
    for (const count of COUNTS) {
      let [found, kept] = [0, 0];
      for (let seed = 0; seed < seeds; seed++) {
        const own = new Random(seed + 1).shuffle(rowsOf(label));
        const samples = own.slice(0, count).map((i, id) => ({ id, label: OWN, take: id, vector: vectors[i]! }));
        const joined = await joinClasses(samples, [OWN], base, async () => {});
        found += share(own.slice(count), (i) => name(joined, i) === OWN) / seeds;
        kept += share(others, isRight(joined)) / seeds;
      }
      results.push({ emotion, count, found, trained, before, kept });
    }
  }
  return {
    title: 'PublicTest: one emotion taught again beside the six others',
    head: ['emotion', 'samples', 'found, %', 'found by the whole model, %', 'others right before, %', 'after, %'],
    rows: results.map(({ emotion, count, ...shares }) => [
      emotion,
      `${count}`,
      ...[shares.found, shares.trained, shares.before, shares.kept].map((value) => value.toFixed(1)),
    ]),
    note: `Mean of ${seeds} seeds; the bundled model compact, backend wasm. The samples are of PublicTest and are not counted.`,
    data: results,
  };
}

function without({ weights, bias }: LinearHead, label: number): LinearHead {
  const size = weights.length / bias.length;
  return {
    weights: weights.filter((_, at) => Math.floor(at / size) !== label),
    bias: bias.filter((_, k) => k !== label),
  };
}
