import { MAX_CLASSES } from '../class-names';
import { inputError } from '../errors';
import type { PixelData } from '../image/pixels';
import { describe } from '../validate';
import type { Sample, Take } from './types';

/** What is kept of one face. */
export interface ShownFace {
  readonly vector: Float32Array;
  readonly image?: PixelData | undefined;
}

/** The samples of a teacher by class, take and number, without anything on a backend. */
export class Samples {
  #classNames: string[];
  #samples: Sample[];
  #lastId: number;
  #lastTake: number;

  /** @param classNames Names of the first classes. @param samples Samples of these classes, with ascending numbers. */
  constructor(classNames: readonly string[], samples: readonly Sample[] = []) {
    this.#classNames = [...classNames];
    this.#samples = [...samples];
    this.#lastId = samples.at(-1)?.id ?? 0;
    this.#lastTake = samples.reduce((last, { take }) => Math.max(last, take), 0);
  }

  /** The names of the classes in the order of the outputs. */
  get classNames(): readonly string[] {
    return [...this.#classNames];
  }

  /** All samples in the order in which they were added. */
  get all(): readonly Sample[] {
    return [...this.#samples];
  }

  /** Throws unless samples can be added to a class. */
  checkLabel(where: string, label: unknown): asserts label is string {
    if (typeof label !== 'string' || label.trim() === '') {
      throw inputError(where, 'the name of a class', describe(label));
    }
    if (this.#classNames.includes(label) || this.#classNames.length < MAX_CLASSES) return;
    throw inputError(where, `at most ${MAX_CLASSES} classes`, 'one more');
  }

  /** Adds a class without samples, unless there is one. */
  addClass(label: string): void {
    this.checkLabel('addClass: label', label);
    if (!this.#classNames.includes(label)) this.#classNames.push(label);
  }

  /** Adds faces as one take. */
  add(label: string, faces: readonly ShownFace[], withoutFace: number): Take {
    this.checkLabel('add: label', label);
    this.addClass(label);
    const take = ++this.#lastTake;
    const added = faces.map((face) => ({ id: ++this.#lastId, label, take, ...face }));
    for (const sample of added) this.#samples.push(sample);
    return { take, label, ids: added.map(({ id }) => id), withoutFace };
  }

  /** The number of samples of each class. */
  counts(): Record<string, number> {
    const counts = new Map(this.#classNames.map((name) => [name, 0]));
    for (const { label } of this.#samples) counts.set(label, counts.get(label)! + 1);
    return Object.fromEntries(counts);
  }

  /** Removes samples by their numbers, all or none. */
  remove(ids: number | readonly number[]): void {
    const wanted = new Set<unknown>(Array.isArray(ids) ? ids : [ids]);
    const known = new Set<unknown>(this.#samples.map(({ id }) => id));
    const unknown = [...wanted].find((id) => !known.has(id));
    if (wanted.size > 0 && ![...wanted].every((id) => known.has(id))) {
      throw inputError('remove: ids', 'the numbers of samples, as samples() gives them', describe(unknown));
    }
    this.#samples = this.#samples.filter(({ id }) => !wanted.has(id));
  }

  /** Gives a class another name, or makes it a part of another class, at the place of that. */
  rename(label: string, name: string, { merge }: { merge: boolean }): void {
    this.#checkKnown('rename: label', label);
    if (typeof name !== 'string' || name.trim() === '') throw inputError('rename: name', 'a name', describe(name));
    const isMerged = name !== label && this.#classNames.includes(name);
    if (isMerged && !merge) {
      const remedy = 'Pass { merge: true } to make one class of the two.';
      throw inputError('rename: name', 'a name that no class has', describe(name), remedy);
    }
    this.#classNames = isMerged
      ? this.#classNames.filter((each) => each !== label)
      : this.#classNames.map((each) => (each === label ? name : each));
    this.#samples = this.#samples.map((sample) => (sample.label === label ? { ...sample, label: name } : sample));
  }

  /** Removes a class with its samples, or all. */
  clear(label?: string): void {
    if (label !== undefined) this.#checkKnown('clear: label', label);
    this.#classNames = this.#classNames.filter((each) => label !== undefined && each !== label);
    this.#samples = this.#samples.filter((sample) => label !== undefined && sample.label !== label);
  }

  #checkKnown(where: string, label: unknown): void {
    if (this.#classNames.includes(label as string)) return;
    const names = this.#classNames.map((name) => JSON.stringify(name)).join(', ');
    throw inputError(where, names === '' ? 'a class, of which there is none' : `one of ${names}`, describe(label));
  }
}
