import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { fastConvolutions } from '../kernels/on-demand';
import { normalisesLastAxis, onlyConsumer, onlyInput, replaceCall } from '../models/graph';

type Layer = tfl.layers.Layer;
type Step = (inputs: tf.Tensor | tf.Tensor[]) => tf.Tensor;
type Weight = { read(): tf.Variable };

/** The members of tfjs layers that are used here and not public there. */
interface LayerInternals {
  activation: { getClassName(): string };
  kernel: Weight;
  bias: Weight | null | undefined;
  strides: [number, number];
  padding: 'same' | 'valid';
  dilationRate: [number, number];
  dataFormat: string;
  epsilon: number;
  gamma: Weight | null | undefined;
  beta: Weight | null | undefined;
  movingMean: Weight;
  movingVariance: Weight;
}

/** A convolution or dense layer and what is computed together with it. */
interface Chain {
  layer: Layer;
  norm: Layer | undefined;
  relu: Layer | undefined;
}

/** Kernel and bias of a chain with the batch norm folded in. */
interface Folded {
  kernel: tf.Tensor;
  bias: tf.Tensor | undefined;
  /** What a fast convolution on WASM takes in place of the kernel; made at its first use. */
  factors: tf.Tensor4D | undefined;
}

/** Batches up to this size go through the steps of a network at once; what tfjs does about each layer is little in larger ones. */
const FEW_PICTURES = 8;

const internals = (layer: Layer) => layer as unknown as LayerInternals;
/** The input in another tensor, as a layer has to return; `tf.clone` would copy it on WASM. */
const identity: Step = (inputs) => tf.reshape(onlyInput(inputs), onlyInput(inputs).shape);

/**
 * Predicts with a model faster: batch norm is folded into the convolution or dense layer before it, and bias and ReLU are computed in
 * the same pass. The model itself stays as it is; should its weights change, they are folded anew.
 *
 * Outputs equal the model's own within 1e-5. What cannot be fused runs as always, so that any model may come.
 *
 * @example
 * ```ts
 * const fused = new FusedNetwork(model);
 * const probabilities = fused.predict(images);
 * fused.dispose();
 * ```
 */
export class FusedNetwork {
  readonly #model: tfl.LayersModel;
  readonly #chains: readonly Chain[];
  readonly #calls = new Map<Layer, Step>(); // what takes the place of layers' own
  /** The network as one function after another, if it is that. */
  readonly #steps?: readonly Step[];
  readonly #weights: readonly { read(): tf.Tensor }[];
  #folded: readonly Folded[] = [];
  #seen: readonly object[] = [];

  /** @param model The model; borrowed. */
  constructor(model: tfl.LayersModel) {
    this.#model = model;
    this.#chains = findChains(model);
    this.#chains.forEach(({ layer, norm, relu }, i) => {
      const activation = relu ? 'relu' : 'linear';
      this.#calls.set(layer, (x) => apply(internals(layer), onlyInput(x), this.#folded[i]!, activation));
      for (const next of [norm, relu]) if (next) this.#calls.set(next, identity);
    });
    if (isSequence(model)) {
      const layers = model.layers.filter((layer) => this.#calls.get(layer) !== identity);
      this.#steps = layers.map((layer) => this.#calls.get(layer) ?? ((x) => layer.call(x, {}) as tf.Tensor));
    }
    this.#weights = this.#chains.flatMap(({ layer, norm }) => [...layer.weights, ...(norm?.weights ?? [])]);
  }

  /**
   * What `model.predict` gives.
   * @param images `[n, h, w, c]`, preprocessed; borrowed.
   * @returns The model's output; the caller's.
   */
  predict(images: tf.Tensor4D): tf.Tensor {
    this.fold();
    const steps = images.shape[0] > FEW_PICTURES ? undefined : this.#steps;
    if (steps) return tf.tidy(() => steps.reduce((x, step) => step(x), images as tf.Tensor));
    const undo = [...this.#calls].map(([layer, call]) => replaceCall(layer, () => call));
    try {
      return this.#model.predict(images) as tf.Tensor;
    } finally {
      for (const restore of undo) restore();
    }
  }

  /** Frees the folded weights; harmless if repeated, and a later prediction folds them again. */
  dispose(): void {
    tf.dispose(this.#folded as unknown as tf.TensorContainer);
    this.#folded = [];
    this.#seen = [];
  }

  /** Folds the weights, on the active backend, if that has not been done or they have changed since. */
  fold(): void {
    const current = this.#weights.map((weight) => weight.read().dataId);
    if (current.length === this.#seen.length && current.every((dataId, i) => dataId === this.#seen[i])) return;
    this.dispose();
    this.#folded = this.#chains.map(folded);
    this.#seen = current;
  }
}

/** Whether each layer reads the one before it, and none makes a mask, which would go to the next ones beside the output. */
function isSequence(model: tfl.LayersModel): boolean {
  const { layers } = model;
  return layers.every((layer, i) => {
    return onlyConsumer(model, layer) === layers[i + 1] && !/Mask|Embed/.test(layer.getClassName());
  });
}

function findChains(model: tfl.LayersModel): Chain[] {
  return model.layers.filter(isFusible).map((layer) => {
    const next = onlyConsumer(model, layer);
    const norm = next?.getClassName() === 'BatchNormalization' && normalisesLastAxis(next) ? next : undefined;
    const last = norm ? onlyConsumer(model, norm) : next;
    const isRelu = last?.getClassName() === 'Activation' && internals(last).activation.getClassName() === 'relu';
    return { layer, norm, relu: isRelu ? last : undefined };
  });
}

function isFusible(layer: Layer): boolean {
  const own = internals(layer);
  if (own.activation?.getClassName() !== 'linear') return false;
  if (layer.getClassName() === 'Conv2D') return own.dataFormat === 'channelsLast';
  return layer.getClassName() === 'Dense' && (layer.outputShape as tfl.Shape).length === 2;
}

/** Kernel times `gamma / deviation` and bias moved along, for each output channel; the caller's. */
function folded({ layer, norm }: Chain): Folded {
  const { kernel, bias } = internals(layer);
  const [folded, offset] = tf.tidy(() => {
    if (!norm) return [tf.clone<tf.Tensor>(kernel.read()), bias ? tf.clone<tf.Tensor>(bias.read()) : undefined];
    const { gamma, beta, epsilon, movingMean, movingVariance } = internals(norm);
    const inverse = tf.rsqrt(tf.add(movingVariance.read(), epsilon));
    const scale = gamma ? tf.mul(gamma.read(), inverse) : inverse;
    const center = bias ? tf.sub(bias.read(), movingMean.read()) : tf.neg(movingMean.read());
    const offset = tf.mul(center, scale);
    return [tf.mul(kernel.read(), scale), beta ? tf.add(offset, beta.read()) : offset];
  });
  return { kernel: tf.keep(folded!), bias: offset && tf.keep(offset), factors: undefined };
}

function apply(layer: LayerInternals, x: tf.Tensor, folded: Folded, activation: 'relu' | 'linear'): tf.Tensor {
  const { kernel, bias } = folded;
  const common = { ...(bias && { bias }), activation };
  if (kernel.rank === 2) return tf.fused.matMul({ a: x as tf.Tensor2D, b: kernel as tf.Tensor2D, ...common });
  const { strides, padding, dilationRate } = layer;
  const filter = kernel as tf.Tensor4D;
  const fast = fastConvolutions();
  if (x.dtype === 'float32' && fast?.fitsWinograd(filter.shape, { strides, pad: padding, dilations: dilationRate })) {
    const images = x as tf.Tensor4D;
    folded.factors ??= tf.keep(fast.winogradFactors(filter, images.shape));
    return fast.convolveByWinograd(images, folded.factors, bias, activation);
  }
  return tf.fused.conv2d({ x: x as tf.Tensor4D, filter, strides, pad: padding, dilations: dilationRate, ...common });
}
