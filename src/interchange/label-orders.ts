import { EMOTIONS, labelFromName } from '../labels';

/** Class names in the order of a model's outputs, and what that order is called. */
export interface LabelOrder {
  /** What it is called. */
  readonly name: string;
  /** The classes, one for each output. */
  readonly classes: readonly string[];
}

/** The orders in which public models and data sets have the emotions. */
const ORDERS: readonly LabelOrder[] = [
  { name: 'fer2013', classes: EMOTIONS },
  { name: 'affectnet', classes: ['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'angry', 'contempt'] },
  { name: 'fer+', classes: ['neutral', 'happy', 'surprise', 'sad', 'angry', 'disgust', 'fear', 'contempt'] },
  { name: 'raf-db', classes: ['surprise', 'fear', 'disgust', 'happy', 'sad', 'angry', 'neutral'] },
  { name: 'ck+', classes: ['neutral', 'angry', 'contempt', 'disgust', 'fear', 'happy', 'sad', 'surprise'] },
];

/** The emotion that a class name means, in FER2013's word for it; other names as they are, in lower case. */
export function wordOf(className: string): string {
  return EMOTIONS[labelFromName(className) ?? -1] ?? className.trim().toLowerCase();
}

/**
 * The usual orders in which a model of so many classes may have the classes of a data set. If it has fewer, every choice of them in each order; if it has
 * more, contempt may be among them.
 *
 * @param words The classes of the data set in its order, as {@link wordOf} gives them.
 * @returns The orders, each once, the most usual ones first.
 */
export function labelOrders(words: readonly string[], count: number): LabelOrder[] {
  const known = count > words.length ? [...words, 'contempt'] : words;
  const alphabetical = { name: 'alphabetical', classes: [...known].sort() };
  const bases = [ORDERS[0]!, alphabetical, ...ORDERS.slice(1), { name: 'data set', classes: words }];
  const seen = new Set<string>();
  return bases.flatMap(({ name, classes }) => {
    const left = classes.filter((word) => known.includes(word));
    const orders = choices(left, count).map((chosen) => ({ name, classes: chosen }));
    return orders.filter(({ classes: chosen }) => !seen.has(chosen.join()) && seen.add(chosen.join()));
  });
}

/** Every choice of so many items, in their order. */
function choices(items: readonly string[], count: number): string[][] {
  if (count > items.length || count < 0) return [];
  if (count === items.length) return [[...items]];
  const [first, ...rest] = items as [string, ...string[]];
  return [...choices(rest, count - 1).map((chosen) => [first, ...chosen]), ...choices(rest, count)];
}
