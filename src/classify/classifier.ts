import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { DisposedError } from '../errors';
import { ensureBackend } from '../image/backend';
import { type ImageInput, isBatch, type Picture, toImages } from '../image/input';
import { preprocess } from '../image/preprocess';
import { checkValues } from '../image/range';
import { checkViews, meanOverViews, type Views } from '../image/views';
import { checkInteger, checkNumber, checkOptions } from '../validate';
import type { CardDraft } from '../weights/card';
import { hasLostWeights } from '../weights/model-with-card';
import { FusedNetwork } from './fusion';
import { type Prediction, topPredictions, toRows } from './predictions';

/** Options of {@link Classifier.classify}. */
export interface ClassifyOptions {
  /** How many classes to return, the most probable first: an integer in 1..number of classes. Default: all of them. */
  topk?: number | undefined;
  /**
   * Least probability of the best class, 0..1: a picture of which the network is less sure gets an empty list instead of a guess. The
   * card's `calibration.coverage` tells what each threshold costs and gains. Default 0.
   */
  minProbability?: number | undefined;
  /** Test-time augmentation: the mean over these views of the picture, at 2 or 10 times the cost. Default `'single'`: none. */
  views?: Views | undefined;
}

/** Options of {@link Classifier.probabilities}. */
export type ProbabilityOptions = Pick<ClassifyOptions, 'views'>;

/**
 * A network with all that turns a picture into its input and its output into names. Get one from {@link loadClassifier}.
 *
 * It holds the weights on the backend until {@link Classifier.dispose}. The backend may be switched at any time.
 *
 * @example
 * ```ts
 * const classifier = await loadClassifier('deep');
 * const [best] = await classifier.classify(canvas, { topk: 1 });
 * classifier.dispose();
 * ```
 */
export class Classifier {
  /** The network: [n, height, width, 1] as {@link preprocess} makes it → [n, number of classes]. */
  readonly model: tfl.LayersModel;
  /** What the network's outputs are called, what it wants as input, and where it comes from. */
  readonly card: CardDraft;
  readonly #ownsModel: boolean;
  readonly #fused: FusedNetwork;
  #disposed = false;

  /**
   * @param model A network with one input and one output that fit the card.
   * @param card Its card.
   * @param ownsModel Whether {@link Classifier.dispose} disposes of the network too.
   */
  constructor(model: tfl.LayersModel, card: CardDraft, ownsModel: boolean) {
    this.model = model;
    this.card = card;
    this.#ownsModel = ownsModel;
    this.#fused = new FusedNetwork(model);
  }

  /** Whether the classifier or its network was disposed of, so that it cannot be used any more. */
  get isDisposed(): boolean {
    return this.#disposed || hasLostWeights(this.model);
  }

  /**
   * The classes of a picture, most probable first.
   *
   * @param input One picture of any size, or a batch [n, h, w, c]; borrowed until the promise settles.
   * @param options How many classes to return, how sure to be, and from how many views.
   * @returns `[{ className, probability }, …]` in descending order, with probabilities calibrated as the card says; for a batch one such
   *   list for each picture.
   * @throws {@link InputError} if the input is no picture, empty, disposed of, or has values outside 0..255.
   * @throws {@link DisposedError} after {@link Classifier.dispose}.
   * @throws {@link BackendError} if no tfjs backend is registered.
   * @example
   * ```ts
   * await classifier.classify(imageData, { topk: 2 });
   * // [{ className: 'happy', probability: 0.93 }, { className: 'neutral', probability: 0.04 }]
   * ```
   */
  classify(input: tf.Tensor4D, options?: ClassifyOptions): Promise<Prediction[][]>;
  classify(input: Picture, options?: ClassifyOptions): Promise<Prediction[]>;
  classify(input: ImageInput, options?: ClassifyOptions): Promise<Prediction[] | Prediction[][]>;
  async classify(input: ImageInput, options: ClassifyOptions = {}): Promise<Prediction[] | Prediction[][]> {
    const { labels } = this.card;
    checkClassifyOptions(options, labels.length);
    const { topk = labels.length, minProbability = 0, views } = options;
    const rows = await this.#rows('classify', input, views);
    const predictions = rows.map((row) => {
      const best = topPredictions(row, labels, topk);
      return best[0]!.probability < minProbability ? [] : best;
    });
    return isBatch(input) ? predictions : predictions[0]!;
  }

  /**
   * The probability of every class, in the order of `card.labels` (for the bundled weights: of `EMOTIONS`).
   *
   * @param input One picture of any size, or a batch [n, h, w, c]; borrowed until the promise settles.
   * @param options From how many views.
   * @returns One number in 0..1 for each class, summing to 1, calibrated as the card says; for a batch one such list for each picture.
   * @throws {@link InputError}, {@link DisposedError} and {@link BackendError} as {@link Classifier.classify}.
   * @example
   * ```ts
   * const probabilities = await classifier.probabilities(imageData);
   * probabilities[EMOTIONS.indexOf('happy')]; // 0.93
   * ```
   */
  probabilities(input: tf.Tensor4D, options?: ProbabilityOptions): Promise<number[][]>;
  probabilities(input: Picture, options?: ProbabilityOptions): Promise<number[]>;
  probabilities(input: ImageInput, options?: ProbabilityOptions): Promise<number[] | number[][]>;
  async probabilities(input: ImageInput, options: ProbabilityOptions = {}): Promise<number[] | number[][]> {
    checkOptions('probabilities: options', options, ['views']);
    const rows = await this.#rows('probabilities', input, options.views);
    return isBatch(input) ? rows : rows[0]!;
  }

  /**
   * Frees what the classifier holds: its fused copy of the weights, and the network unless that was passed to {@link loadClassifier} and so is
   * the caller's. May be called twice.
   */
  dispose(): void {
    this.#fused.dispose();
    if (this.#ownsModel && !this.isDisposed) this.model.dispose();
    this.#disposed = true;
  }

  async #rows(method: string, input: ImageInput, views: Views = 'single'): Promise<number[][]> {
    checkViews(`${method}: options.views`, views);
    await ensureBackend(method);
    if (this.isDisposed) {
      throw new DisposedError(method, 'a classifier', 'Load another one with loadClassifier().');
    }
    const images = toImages(input, method); // [n, h, w, c]
    let outputs: tf.Tensor | undefined;
    try {
      outputs = tf.tidy(() =>
        meanOverViews(preprocess(images, this.card.preprocessing), views, (x) => this.#fused.predict(x)),
      );
      const valid = input instanceof tf.Tensor ? checkValues(method, images) : undefined; // bytes always are
      const [values] = await Promise.all([outputs.data<'float32'>(), valid]);
      return toRows(values, this.card.labels.length, this.card.calibration?.temperature);
    } finally {
      tf.dispose([images, outputs ?? []]);
    }
  }
}

/**
 * Throws unless the options are those of {@link Classifier.classify}.
 *
 * @throws {@link InputError}
 */
export function checkClassifyOptions(options: ClassifyOptions, classes: number): void {
  checkOptions('classify: options', options, ['topk', 'minProbability', 'views']);
  const { topk, minProbability = 0, views = 'single' } = options;
  if (topk !== undefined) checkInteger('classify: options.topk', topk, { min: 1, max: classes });
  checkNumber('classify: options.minProbability', minProbability, { min: 0, max: 1 });
  checkViews('classify: options.views', views);
}
