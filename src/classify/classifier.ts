import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { DisposedError, within } from '../errors';
import { ensureBackend } from '../backend/backend';
import { unlessLost } from '../backend/device';
import { isBatch } from '../image/input';
import { preprocess } from '../image/preprocess';
import { checkValues } from '../image/range';
import { type ImageSource, readCrops, readImages, type SingleImage } from '../image/read';
import { meanOverViews } from '../image/views';
import { prepareKernels } from '../kernels/on-demand';
import type { ModelCard } from '../storage/card';
import { hasLostWeights } from '../models/known-facts';
import { embed, type EmbedData, type EmbedOptions } from './embed';
import { FusedNetwork } from './fusion';
import {
  checkClassifyOptions,
  checkProbabilityOptions,
  type ClassifyOptions,
  type ProbabilityOptions,
  type RegionsOptions,
  regionsOf,
} from './options';
import { type Prediction, topPredictions, toRows } from './predictions';

/**
 * An image classifier: a model with its preprocessing and class names. Create one with {@link loadClassifier}.
 *
 * It keeps the weights on the backend until {@link Classifier.dispose}. The program may switch backends at any time.
 *
 * @example
 * ```ts
 * const classifier = await loadClassifier('deep');
 * const [best] = await classifier.classify(canvas, { topk: 1 });
 * classifier.dispose();
 * ```
 */
export class Classifier {
  /** The model, from the output of {@link preprocess} to [n, number of classes]. */
  readonly model: tfl.LayersModel;
  /** The model card: class names, preprocessing, source and license. */
  readonly card: ModelCard;
  /** The classifier itself, where `this` is a reactive wrapper around it, through which tfjs does not know the weights. */
  private readonly self: () => Classifier = () => this;
  readonly #ownsModel: boolean;
  readonly #fused: FusedNetwork;
  #home: tf.KernelBackend | undefined; // where the weights are
  #disposed = false;

  /**
   * @param model A model with one input and one output that match the card.
   * @param card The model card.
   * @param ownsModel Whether {@link Classifier.dispose} disposes of the model too.
   */
  constructor(model: tfl.LayersModel, card: ModelCard, ownsModel: boolean) {
    this.model = model;
    this.card = card;
    this.#ownsModel = ownsModel;
    this.#fused = new FusedNetwork(model);
    const [weight] = model.weights;
    this.#home = weight ? tf.engine().state.tensorInfo.get(weight.read().dataId)?.backend : tf.backend();
    if (this.#home === tf.backend()) this.#fused.fold(); // or else once they are brought here
  }

  /** Whether the classifier or its model was disposed of. */
  get isDisposed(): boolean {
    const self = this.self();
    return self.#disposed || hasLostWeights(self.model);
  }

  /**
   * Classifies an image.
   *
   * @param input One image of any size, decoded or not, or a batch [n, h, w, c]; borrowed until the promise settles.
   * @param options The number of classes, the minimum probability, test-time augmentation, and the position of faces. With the position
   *   of a face, a batch must have one image.
   * @returns `[{ className, probability }, …]`, most probable first, calibrated by the card; for a batch or `regions`, one such array per
   *   image or region.
   * @throws {@link InputError} if the input is not an image, empty, disposed of, or has values outside 0..255; if a region is not
   *   valid or outside of the image.
   * @throws {@link DisposedError} after {@link Classifier.dispose}, also while the promise is pending.
   * @throws {@link BackendError} if no tfjs backend is registered, or its GPU device is lost.
   * @throws {@link FerError} if the image is encoded and the package `sharp` is not installed (Node only).
   * @example
   * ```ts
   * await classifier.classify(imageData, { topk: 2 });
   * // [{ className: 'happy', probability: 0.93 }, { className: 'neutral', probability: 0.04 }]
   * await classifier.classify(photo, { box: { x: 175, y: 60, width: 95, height: 110 } });
   * const everybody = await classifier.classify(photo, { regions: [{ box: first }, { landmarks: second }] });
   * ```
   */
  classify(input: ImageSource, options: ClassifyOptions & RegionsOptions): Promise<Prediction[][]>;
  classify(input: tf.Tensor4D, options?: ClassifyOptions): Promise<Prediction[][]>;
  classify(input: SingleImage, options?: ClassifyOptions & { regions?: undefined }): Promise<Prediction[]>;
  classify(input: ImageSource, options?: ClassifyOptions): Promise<Prediction[] | Prediction[][]>;
  async classify(input: ImageSource, options: ClassifyOptions = {}): Promise<Prediction[] | Prediction[][]> {
    const { classNames } = this.card;
    checkClassifyOptions(options, classNames.length);
    const { topk = classNames.length, minProbability = 0 } = options;
    const rows = await within('classify', () => this.self().#rows('classify', input, options));
    const predictions = rows.map((row) => {
      const best = topPredictions(row, classNames, topk);
      return best[0]!.probability < minProbability ? [] : best;
    });
    return isBatch(input) || options.regions ? predictions : predictions[0]!;
  }

  /**
   * Computes the probability of every class, in the order of `card.classNames` (`EMOTIONS` for the bundled weights).
   *
   * @param input One image of any size, decoded or not, or a batch [n, h, w, c]; borrowed until the promise settles.
   * @param options Test-time augmentation and the position of faces.
   * @returns One number in 0..1 per class, summing to 1, calibrated by the card; for a batch or `regions`, one such array per image or
   *   region.
   * @throws {@link InputError}, {@link DisposedError}, {@link BackendError} and {@link FerError} as {@link Classifier.classify}.
   * @example
   * ```ts
   * const probabilities = await classifier.probabilities(imageData);
   * probabilities[EMOTIONS.indexOf('happy')]; // 0.93
   * ```
   */
  probabilities(input: ImageSource, options: ProbabilityOptions & RegionsOptions): Promise<number[][]>;
  probabilities(input: tf.Tensor4D, options?: ProbabilityOptions): Promise<number[][]>;
  probabilities(input: SingleImage, options?: ProbabilityOptions & { regions?: undefined }): Promise<number[]>;
  probabilities(input: ImageSource, options?: ProbabilityOptions): Promise<number[] | number[][]>;
  async probabilities(input: ImageSource, options: ProbabilityOptions = {}): Promise<number[] | number[][]> {
    checkProbabilityOptions(options);
    const rows = await within('probabilities', () => this.self().#rows('probabilities', input, options));
    return isBatch(input) || options.regions ? rows : rows[0]!;
  }

  /**
   * Disposes of the weights. A model that was passed to {@link loadClassifier} is not disposed of. A second call does nothing. Pending
   * calls reject with a {@link DisposedError}, unless their result is already computed.
   */
  dispose(): void {
    const self = this.self();
    self.#fused.dispose();
    if (self.#ownsModel && !self.isDisposed) self.model.dispose();
    self.#disposed = true;
  }

  /**
   * Computes the vector of an image: the input of the dense layer that computes the classes. Similar faces have similar vectors.
   *
   * @param input One image, as {@link Classifier.classify} takes it, or several: a batch [n, h, w, c], an array of images of any size, or a
   *   data set, which is run in batches; borrowed until the promise settles.
   * @param options Test-time augmentation, over whose views the vector is averaged, the position of faces, a signal and a progress callback.
   *   Positions are for one image.
   * @returns The vector, float32, 192 numbers for `compact`; for several images or `regions`, one per image or region. The caller's.
   * @throws {@link InputError} if the model does not end in a dense layer, and as {@link Classifier.classify}; {@link DisposedError},
   *   {@link BackendError} and {@link FerError} as there. The signal's reason when it is aborted.
   * @example
   * ```ts
   * const vector = await classifier.embed(imageData); // Float32Array(192) for compact
   * const vectors = await classifier.embed(dataset.where('PublicTest'));
   * ```
   */
  embed(input: ImageSource, options: EmbedOptions & RegionsOptions): Promise<Float32Array[]>;
  embed(input: tf.Tensor4D | readonly ImageSource[] | EmbedData, options?: EmbedOptions): Promise<Float32Array[]>;
  embed(input: SingleImage, options?: EmbedOptions & { regions?: undefined }): Promise<Float32Array>;
  embed(
    input: ImageSource | readonly ImageSource[] | EmbedData,
    options?: EmbedOptions,
  ): Promise<Float32Array | Float32Array[]>;
  async embed(
    input: ImageSource | readonly ImageSource[] | EmbedData,
    options: EmbedOptions = {},
  ): Promise<Float32Array | Float32Array[]> {
    const self = this.self();
    return embed(self.model, (...given) => self.#outputs('embed', ...given), input, options);
  }

  async #rows(method: string, input: ImageSource, options: ProbabilityOptions): Promise<number[][]> {
    return toRows(await this.#outputs(method, input, options), this.card);
  }

  /** What the model gives for images or regions, without the skipped layers: all rows one after another. */
  async #outputs(
    method: string,
    input: ImageSource,
    options: ProbabilityOptions,
    skipped?: readonly tfl.layers.Layer[],
  ): Promise<Float32Array> {
    await ensureBackend(method);
    this.#checkInUse(method);
    const { margin, views = 'single' } = options;
    const regions = regionsOf(options);
    const { preprocessing } = this.card;
    const { channels = 1, inputSize } = preprocessing;
    const images = await (regions
      ? readCrops(input, regions, channels, { size: inputSize, margin })
      : readImages(input)); // [n, h, w, c]
    let outputs: tf.Tensor | undefined;
    try {
      if (regions?.length === 0) return new Float32Array();
      this.#checkInUse(method); // may be disposed of during decoding
      await this.#follow();
      await prepareKernels();
      this.#checkInUse(method);
      outputs = tf.tidy(() =>
        meanOverViews(preprocess(images, preprocessing), views, (x) => this.#fused.predict(x, skipped)),
      );
      const valid = input instanceof tf.Tensor ? checkValues(input) : undefined; // bytes always are
      const [values] = await unlessLost(Promise.all([outputs.data<'float32'>(), valid]));
      return values;
    } finally {
      tf.dispose([images, outputs ?? []]);
    }
  }

  #checkInUse(method: string): void {
    if (!this.isDisposed) return;
    throw new DisposedError(method, 'a classifier', 'Load one with loadClassifier().');
  }

  /**
   * Moves the weights to the active backend if it has changed. tfjs would read them synchronously, which returns wrong numbers on WebGPU;
   * after an asynchronous read it finds them in memory.
   */
  async #follow(): Promise<void> {
    const active = tf.backend();
    if (active === this.#home) return unlessLost();
    this.#fused.dispose(); // to be folded again
    const weights = Promise.all(this.model.weights.map((weight) => weight.read().data()));
    await unlessLost(weights, this.#home);
    this.#home = active;
  }
}
