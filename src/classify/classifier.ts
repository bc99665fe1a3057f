import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { DisposedError } from '../errors';
import { ensureBackend } from '../backend/backend';
import { cropFaces, cropGrayFaces } from '../image/crop';
import { unlessLost } from '../backend/device';
import { isBatch } from '../image/input';
import { preprocess } from '../image/preprocess';
import { checkValues } from '../image/range';
import { type ImageSource, readImages, type SingleImage } from '../image/read';
import { meanOverViews } from '../image/views';
import { prepareKernels } from '../kernels/on-demand';
import type { ModelCard } from '../storage/card';
import { hasLostWeights } from '../models/known-facts';
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
  readonly card: ModelCard;
  /** The classifier itself, where `this` is a reactive wrapper around it, through which tfjs does not know the weights. */
  private readonly self: () => Classifier = () => this;
  readonly #ownsModel: boolean;
  readonly #fused: FusedNetwork;
  #home: tf.KernelBackend | undefined; // where the weights are
  #disposed = false;

  /**
   * @param model A network with one input and one output that fit the card.
   * @param card Its card.
   * @param ownsModel Whether {@link Classifier.dispose} disposes of the network too.
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

  /** Whether the classifier or its network was disposed of, so that it cannot be used any more. */
  get isDisposed(): boolean {
    const self = this.self();
    return self.#disposed || hasLostWeights(self.model);
  }

  /**
   * The classes of a picture, most probable first.
   *
   * @param input One picture of any size, decoded or not, or a batch [n, h, w, c]; borrowed until the promise settles.
   * @param options How many classes to return, how sure to be, from how many views, and where the face is or the faces are. With
   *   a region, a batch must have one picture.
   * @returns `[{ className, probability }, …]` in descending order, with probabilities calibrated as the card says; for a batch one such
   *   list for each picture, for `regions` one for each of them.
   * @throws {@link InputError} if the input is no picture, empty, disposed of, or has values outside 0..255; if a region is not
   *   valid or lies outside of the picture.
   * @throws {@link DisposedError} after {@link Classifier.dispose}, also if that comes before the network was asked.
   * @throws {@link BackendError} if no tfjs backend is registered, or the graphics card is taken away from it.
   * @throws {@link FerError} if an encoded picture is given in Node and the package `sharp` is not installed.
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
    const rows = await this.self().#rows('classify', input, options);
    const predictions = rows.map((row) => {
      const best = topPredictions(row, classNames, topk);
      return best[0]!.probability < minProbability ? [] : best;
    });
    return isBatch(input) || options.regions ? predictions : predictions[0]!;
  }

  /**
   * The probability of every class, in the order of `card.classNames` (for the bundled weights: of `EMOTIONS`).
   *
   * @param input One picture of any size, decoded or not, or a batch [n, h, w, c]; borrowed until the promise settles.
   * @param options From how many views, and where the face is or the faces are.
   * @returns One number in 0..1 for each class, summing to 1, calibrated as the card says; for a batch one such list for each picture,
   *   for `regions` one for each of them.
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
    checkProbabilityOptions('probabilities', options);
    const rows = await this.self().#rows('probabilities', input, options);
    return isBatch(input) || options.regions ? rows : rows[0]!;
  }

  /**
   * Frees what the classifier holds: its fused copy of the weights, and the network unless that was passed to {@link loadClassifier} and so is
   * the caller's. May be called twice. Calls that are under way give their result if it is computed already, and reject with a
   * {@link DisposedError} otherwise.
   */
  dispose(): void {
    const self = this.self();
    self.#fused.dispose();
    if (self.#ownsModel && !self.isDisposed) self.model.dispose();
    self.#disposed = true;
  }

  async #rows(method: string, input: ImageSource, options: ProbabilityOptions): Promise<number[][]> {
    await ensureBackend(method);
    this.#checkInUse(method);
    const images = await readImages(input, method); // [n, h, w, c]
    let outputs: tf.Tensor | undefined;
    try {
      const { margin, views = 'single' } = options;
      const regions = regionsOf(options);
      if (regions?.length === 0) return [];
      this.#checkInUse(method); // it may have been disposed of while the picture was decoded
      await this.#follow(method);
      await prepareKernels();
      this.#checkInUse(method);
      outputs = tf.tidy(() => {
        const { preprocessing } = this.card;
        const crop = preprocessing.channels === 3 ? cropFaces : cropGrayFaces;
        const faces = regions ? crop(images, regions, { size: preprocessing.inputSize, margin }) : images;
        return meanOverViews(preprocess(faces, preprocessing), views, (x) => this.#fused.predict(x));
      });
      const valid = input instanceof tf.Tensor ? checkValues(method, images) : undefined; // bytes always are
      const [values] = await unlessLost(method, Promise.all([outputs.data<'float32'>(), valid]));
      return toRows(values, this.card);
    } finally {
      tf.dispose([images, outputs ?? []]);
    }
  }

  #checkInUse(method: string): void {
    if (!this.isDisposed) return;
    throw new DisposedError(method, 'a classifier', 'Load another one with loadClassifier().');
  }

  /**
   * Brings the weights to the active backend if that is another one now. tfjs would do so by a blocking read, which gives wrong
   * numbers on WebGPU; after one that does not block it finds them in memory.
   */
  async #follow(method: string): Promise<void> {
    const active = tf.backend();
    if (active === this.#home) return unlessLost(method);
    this.#fused.dispose(); // to be folded anew
    const weights = Promise.all(this.model.weights.map((weight) => weight.read().data()));
    await unlessLost(method, weights, this.#home);
    this.#home = active;
  }
}
