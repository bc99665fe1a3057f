import * as tf from '@tensorflow/tfjs-core';
import {
  type Box,
  type BundledModel,
  type Classifier,
  cropFaces,
  loadClassifier,
  type PixelData,
  type Prediction,
  toImages,
} from 'fer-cnn';
import { explain } from 'fer-cnn/explain';
import { type BackendName, useBackend } from './backends';

/** What the page shows: a picture on a canvas, or the webcam. */
export type Source = HTMLCanvasElement | HTMLVideoElement;

const HEAT_SIZE = 192; // pixels of the heat map's sides
const RUNS = 10; // classifications that are timed, at most
const TIME = 400; // ms for all of them

/** One classifier on one backend. Whatever is asked of it is done in order, so that nothing is exchanged while it is in use. */
export class Engine {
  #last: Promise<unknown> = Promise.resolve();
  #classifier: Classifier | undefined;

  #inOrder<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  #ask<T>(question: (classifier: Classifier) => Promise<T>): Promise<T> {
    return this.#inOrder(async () => {
      if (!this.#classifier) throw new Error('No network is loaded.');
      return question(this.#classifier);
    });
  }

  /** Takes a network to a backend. Should that fail, there is none until the next call. */
  use(backend: BackendName, model: BundledModel): Promise<void> {
    return this.#inOrder(async () => {
      this.#classifier?.dispose();
      this.#classifier = undefined;
      await useBackend(backend);
      this.#classifier = await loadClassifier(model);
    });
  }

  /** The expressions in the box, which shows just what the network sees. */
  classify(source: Source, box: Box): Promise<Prediction[]> {
    return this.#ask((classifier) => classifier.classify(source, { box, margin: 0 }));
  }

  /** How often a second the box can be classified. */
  measure(source: Source, box: Box): Promise<number> {
    return this.#ask(async (classifier) => {
      const start = performance.now();
      let runs = 0;
      while (runs < RUNS && performance.now() - start < TIME) {
        await classifier.classify(source, { box, margin: 0 });
        runs++;
      }
      return (1000 * runs) / (performance.now() - start);
    });
  }

  /** The box in gray with the evidence for a class in colour. */
  explain(source: Source, box: Box, className: string): Promise<PixelData> {
    return this.#ask(async (classifier) => {
      const face = tf.tidy(() => {
        const crops = cropFaces(toImages(source), [{ box }], { size: [HEAT_SIZE, HEAT_SIZE], margin: 0 });
        return tf.squeeze<tf.Tensor3D>(crops, [0]);
      });
      try {
        const { map, overlay } = await explain(classifier, face, { className });
        map.dispose();
        return overlay;
      } finally {
        face.dispose();
      }
    });
  }
}
