import * as tf from '@tensorflow/tfjs-core';
import {
  type Box,
  type Classifier,
  cropFaces,
  type FaceRegion,
  loadClassifier,
  loadImage,
  type ModelName,
  type PixelData,
} from 'fer-cnn';
import { explain } from 'fer-cnn/explain';
import { type ClassifiedFace, type ClassifyFacesOptions, createFaceClassifier, type FaceBaseline } from 'fer-cnn/faces';
import { type BackendName, useBackend } from './backends';
import { loaded } from './connection';

/** What the page shows: an image on a canvas, or the webcam. */
export type Source = HTMLCanvasElement | HTMLVideoElement;

/** A face and how much around it is looked at. Without a margin that of the library. */
export type Spot = FaceRegion & { readonly margin?: number };

/** Height and width of what is shown, in pixels. */
export const sizeOf = (source: Source): [height: number, width: number] =>
  source instanceof HTMLVideoElement ? [source.videoHeight, source.videoWidth] : [source.height, source.width];

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
      if (!this.#classifier) throw new Error('No model is loaded.');
      return question(this.#classifier);
    });
  }

  /** Loads a model on a backend. If that fails, there is none until the next call. */
  use(backend: BackendName, model: ModelName): Promise<void> {
    return this.#inOrder(async () => {
      this.#classifier?.dispose();
      this.#classifier = undefined;
      await useBackend(backend);
      this.#classifier = await loaded(`The model ${model}`, loadClassifier(model));
    });
  }

  /** All faces and their expressions, the largest first; corrected by a resting face if there is one. */
  findFaces(source: Source, options?: ClassifyFacesOptions, baseline?: FaceBaseline): Promise<ClassifiedFace[]> {
    return this.#ask((classifier) => createFaceClassifier({ classifier, baseline }).classify(source, options));
  }

  /** The expression in a box, which shows just what the model sees. */
  classify(source: Source, box: Box): Promise<ClassifiedFace[]> {
    return this.#ask(async (classifier) => {
      return [{ box, predictions: await classifier.classify(source, { box, margin: 0 }) }];
    });
  }

  /** How often a second a face can be classified. */
  measure(source: Source, spot: Spot): Promise<number> {
    return this.#ask(async (classifier) => {
      const start = performance.now();
      let runs = 0;
      while (runs < RUNS && performance.now() - start < TIME) {
        await classifier.classify(source, spot);
        runs++;
      }
      return (1000 * runs) / (performance.now() - start);
    });
  }

  /** A face in gray, upright, with the evidence for a class in color. */
  explain(source: Source, { margin, ...region }: Spot, className: string): Promise<PixelData> {
    return this.#ask(async (classifier) => {
      const image = await loadImage(source);
      const face = tf.tidy(() => {
        const crops = cropFaces(image, [region], { size: [HEAT_SIZE, HEAT_SIZE], margin });
        return tf.squeeze<tf.Tensor3D>(crops, [0]);
      });
      image.dispose();
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
