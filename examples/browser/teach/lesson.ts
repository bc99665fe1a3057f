import * as tf from '@tensorflow/tfjs-core';
import { type Classifier, loadClassifier } from 'fer-cnn';
import { type FaceDetector, loadFaceDetector } from 'fer-cnn/faces';
import {
  createTeacher,
  loadTeacher,
  type Sample,
  type TaughtClassifier,
  type Teacher,
  type TeachOptions,
} from 'fer-cnn/teach';
import { useBackend } from '../backends';

/** What all lessons of the page share. */
interface Tools {
  readonly classifier: Classifier;
  readonly detector: FaceDetector;
}

let tools: Promise<Tools> | undefined;

/** Loads the base and the face detector, once; on WASM if the page has no backend yet. */
function loadTools(): Promise<Tools> {
  const load = async () => {
    if (!tf.getBackend()) await useBackend('wasm');
    const [classifier, detector] = await Promise.all([loadClassifier(), loadFaceDetector()]);
    return { classifier, detector };
  };
  tools ??= load().catch((error: unknown) => {
    tools = undefined; // the next call tries again
    throw error;
  });
  return tools;
}

/** What a training ended with: nothing if there is too little to learn from. */
export type Learned = (TaughtClassifier & { readonly detector: FaceDetector }) | undefined;

/** A teacher, and the training that follows every change of its samples. */
export class Lesson {
  #teacher: Teacher | undefined;
  #training: AbortController | undefined;

  /** The samples of a class. */
  samplesOf(name: string): readonly Sample[] {
    return (this.#teacher?.samples() ?? []).filter(({ label }) => label === name);
  }

  /** The classes that have samples. */
  get classNames(): readonly string[] {
    return this.#teacher?.classNames ?? [];
  }

  /** What is wrong with the samples. */
  get advice(): readonly string[] {
    return (this.#teacher?.check() ?? []).map(({ message }) => message);
  }

  /** The teacher, whose first call loads what it needs. */
  async teacher(): Promise<Teacher> {
    const { classifier, detector } = await loadTools();
    return (this.#teacher ??= createTeacher({ classifier, detector, keep: 'images' }));
  }

  /** Deletes a sample, and its class with the last one, since a class without samples cannot be learned. */
  delete(id: number): void {
    const label = this.#teacher!.samples().find((sample) => sample.id === id)!.label;
    this.#teacher!.remove(id);
    if (this.samplesOf(label).length === 0) this.#teacher!.clear(label);
  }

  /** Renames a class. */
  rename(label: string, name: string): void {
    if (this.classNames.includes(label)) this.#teacher!.rename(label, name);
  }

  /** Removes a class with its samples. */
  clear(label: string): void {
    if (this.classNames.includes(label)) this.#teacher!.clear(label);
  }

  /** Takes over the samples of a file, in place of those that there are. */
  async load(serialized: string): Promise<void> {
    const loaded = await loadTeacher(serialized, await loadTools());
    this.#teacher?.dispose();
    this.#teacher = loaded;
  }

  /**
   * Learns from the samples that there are. Ends the training before it, if that is not done.
   *
   * @returns The result, whose classifier is the caller's; `'replaced'` if another call ended it.
   */
  async learn(options: TeachOptions): Promise<Learned | 'replaced'> {
    this.#training?.abort();
    const { signal } = (this.#training = new AbortController());
    if (this.classNames.length < (options.keepClasses ? 1 : 2)) return undefined;
    try {
      const { detector } = await loadTools();
      const result = await this.#teacher!.train({ ...options, signal });
      if (!signal.aborted) return { ...result, detector };
      result.classifier.dispose();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return 'replaced';
  }
}
