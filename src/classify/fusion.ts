import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { fastConvolutions } from '../kernels/on-demand';
import {
  internals,
  type LayerInternals,
  normalizesLastAxis,
  onlyConsumer,
  onlyInput,
  replaceCall,
} from '../tfjs/layers';

type Layer = tfl.layers.Layer;
type Step = (inputs: tf.Tensor | tf.Tensor[]) => tf.Tensor;
/** A convolution or dense layer, with the layers that are fused into it. */
interface Chain {
  layer: Layer;
  norm: Layer | undefined;
  relu: Layer | undefined;
}

/** The kernel and bias of a chain, with its batch norm folded in. */
interface Folded {
  kernel: tf.Tensor;
  bias: tf.Tensor | undefined;
  /** The kernel's factors for the fast convolution on WASM; computed at the first use. */
  factors: tf.Tensor4D | undefined;
}

/** The maximum batch size for running the steps of a model directly. In larger batches, tfjs's overhead per layer is negligible. */
const FEW_IMAGES = 8;

/** Returns the input as a new tensor, as a layer must; `tf.clone` would copy the data on WASM. */
const identity: Step = (inputs) => tf.reshape(onlyInput(inputs), onlyInput(inputs).shape);

/**
 * Runs a model faster: folds batch norm into the preceding convolution or dense layer, and computes bias and ReLU in the same kernel. The
 * model is not changed. If its weights change, they are folded again.
 *
 * The outputs equal the model's own within 1e-5. Layers that cannot be fused run unchanged, so every model works.
 */
export class FusedNetwork {
  readonly #model: tfl.LayersModel;
  readonly #chains: readonly Chain[];
  readonly #calls = new Map<Layer, Step>(); // replaces the layers' own call
  /** The layers to run one after another, if the model is sequential. */
  readonly #layers?: readonly Layer[];
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
    if (isSequence(model)) this.#layers = model.layers.filter((layer) => this.#calls.get(layer) !== identity);
    this.#weights = this.#chains.flatMap(({ layer, norm }) => [...layer.weights, ...(norm?.weights ?? [])]);
  }

  /**
   * Predicts like `model.predict`.
   * @param images `[n, h, w, c]`, preprocessed; borrowed.
   * @param skipped Layers to leave out, such as the head: their input is their output. Default: none.
   * @returns The model's output; owned by the caller.
   */
  predict(images: tf.Tensor4D, skipped: readonly Layer[] = []): tf.Tensor {
    this.fold();
    const layers = images.shape[0] > FEW_IMAGES ? undefined : this.#layers;
    const calls = new Map([...(layers ? [] : this.#calls), ...skipped.map((layer) => [layer, identity] as const)]);
    const undo = [...calls].map(([layer, call]) => replaceCall(layer, () => call));
    try {
      if (!layers) return this.#model.predict(images) as tf.Tensor;
      const stepOf = (layer: Layer): Step =>
        calls.get(layer) ?? this.#calls.get(layer) ?? ((x) => layer.call(x, {}) as tf.Tensor);
      return tf.tidy(() => layers.reduce((x, layer) => stepOf(layer)(x), images as tf.Tensor));
    } finally {
      for (const restore of undo) restore();
    }
  }

  /** Disposes of the folded weights. A later prediction folds them again. */
  dispose(): void {
    tf.dispose(this.#folded.map((folded) => ({ ...folded })));
    this.#folded = [];
    this.#seen = [];
  }

  /** Folds the weights on the active backend, unless this was done and they have not changed. */
  fold(): void {
    const current = this.#weights.map((weight) => weight.read().dataId);
    if (current.length === this.#seen.length && current.every((dataId, i) => dataId === this.#seen[i])) return;
    this.dispose();
    this.#folded = this.#chains.map(folded);
    this.#seen = current;
  }
}

/** Whether each layer takes only the output of the layer before it, and no layer computes a mask. */
function isSequence(model: tfl.LayersModel): boolean {
  const { layers } = model;
  return layers.every((layer, i) => {
    return onlyConsumer(model, layer) === layers[i + 1] && !/Mask|Embed/.test(layer.getClassName());
  });
}

function findChains(model: tfl.LayersModel): Chain[] {
  return model.layers.filter(isFusible).map((layer) => {
    const next = onlyConsumer(model, layer);
    const norm = next?.getClassName() === 'BatchNormalization' && normalizesLastAxis(next) ? next : undefined;
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

/** The kernel times `gamma / deviation`, and the adjusted bias; owned by the caller. */
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
