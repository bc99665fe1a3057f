import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { weightsError } from '../errors';
import { layerOf } from '../tfjs/topology';
import { describe } from '../validate';
import type { GraphEntry } from './keras-graph';
import type { Json, LayerConfig, Part, Settings } from './keras-layers';

type Layer = tfl.layers.Layer;

/** A tensor while a graph is built. */
export interface Value {
  readonly tensor: tfl.SymbolicTensor;
  /** Whether it is images with their channels last where Keras has them first. */
  readonly moved: boolean;
  /** The same in the other order of axes, once it was needed. */
  turned?: tfl.SymbolicTensor;
}

/** Where the axes of images [n, c, h, w] are in [n, h, w, c]. */
const MOVED = [0, 3, 1, 2];

/** Layers that treat all axes alike. */
const ALIKE =
  /^(Activation|ReLU|LeakyReLU|ELU|\w*Dropout|GaussianNoise|Rescaling|Add|Multiply|Average|Maximum|Minimum)$/;

/** Whether a model in the terms of any version of Keras is given images with their channels first, by its first layer that has an order. */
export function beginsFirst(layers: readonly LayerConfig[]): boolean {
  const found = /"(?:data_format|dim_ordering)":"(channels_first|channels_last|th|tf)"/.exec(JSON.stringify(layers));
  return found?.[1] === 'channels_first' || found?.[1] === 'th';
}

/** Sizes of images [n, c, h, w] as [n, h, w, c]. */
export const channelsLast = <T>([n, c, h, w]: readonly T[]): T[] => [n!, h!, w!, c!];

/** Whether a layer in the terms of tfjs takes images with their channels first. */
export const isFirst = ({ config }: LayerConfig) => config['data_format'] === 'channels_first';

/**
 * Applies the layers of a graph in the order of axes that tfjs computes in: convolution and pooling with the channels last, batch norm and softmax
 * along the last axis. Permute layers are put where orders meet; layers that treat all axes alike keep the order that is there. The kernels of
 * Keras have the same axes in both orders.
 */
export class ChannelOrder {
  readonly #names: Set<string>;
  readonly #layers = new Map<string, Layer>();

  /** @param entries The layers of the graph, whose names are taken. */
  constructor(entries: readonly GraphEntry[]) {
    this.#names = new Set(entries.map(({ name }) => name));
  }

  /** The layer that a part is in tfjs, made once. */
  layer({ class_name: kind, config }: LayerConfig): Layer {
    const name = String(config['name']);
    let layer = this.#layers.get(name);
    if (!layer) {
      layer = layerOf(kind, camelCase(config) as tf.serialization.ConfigDict);
      this.#layers.set(name, layer);
    }
    return layer;
  }

  /**
   * The tensor of a value with its axes in an order.
   *
   * @param value The value.
   * @param moved Whether images have their channels last; undefined for the order that it has.
   * @param user Name of the layer that takes it, after which a Permute layer is named.
   */
  tensor(value: Value, moved: boolean, user: string): tfl.SymbolicTensor {
    if (value.moved === moved) return value.tensor;
    return (value.turned ??= this.#permute(value.tensor, moved ? [2, 3, 1] : [3, 1, 2], user));
  }

  /**
   * Applies a layer.
   *
   * @param part The layer, for tensors with axes as Keras has them.
   * @param inputs What it is called with.
   * @returns Its output.
   * @throws {@link WeightsError} if channels come first in what is not images, or an axis is not one of the input.
   */
  apply(part: Part, inputs: readonly Value[]): Value {
    const { class_name: kind, config } = part;
    const name = String(config['name']);
    const rank = inputs[0]!.tensor.shape.length;
    const first = isFirst(part);
    if (first && rank !== 4) {
      throw weightsError('', 'images of a known size for channels_first', `an input of ${rank} axes`);
    }
    if (kind === 'BatchNormalization' || kind === 'Softmax') {
      return this.#along(set(part, { axis: -1 }), config['axis'] ?? -1, inputs[0]!);
    }
    const moved = first || (isAlike(part) && inputs.every((input) => input.moved));
    const isSoftmax = first && String(config['activation']).endsWith('softmax');
    const layer = this.layer(
      first ? set(part, { data_format: 'channels_last', ...(isSoftmax && { activation: 'linear' }) }) : part,
    );
    const tensors = inputs.map((input) => this.tensor(input, moved, name));
    const tensor = layer.apply(tensors.length === 1 ? tensors[0]! : tensors) as tfl.SymbolicTensor;
    const value = { tensor, moved: moved && tensor.shape.length === 4 };
    if (!isSoftmax) return value;
    const softmax = { name: `${name}_softmax`, activation: config['activation']! };
    return this.#along({ class_name: 'Activation', config: softmax }, -1, value);
  }

  /** Applies a layer that works along the last axis, along the axis that Keras counts so. */
  #along(part: Part, axis: Json, { tensor, moved }: Value): Value {
    const rank = tensor.shape.length;
    const inKeras = (Number(axis) + rank) % rank;
    if (!(inKeras > 0)) throw weightsError('', 'one axis, and not that of the batch', `axis = ${describe(axis)}`);
    const place = moved ? MOVED[inKeras]! : inKeras;
    const swapped = Array.from({ length: rank - 1 }, (_, i) => i + 1);
    [swapped[place - 1], swapped[rank - 2]] = [rank - 1, place];
    const name = String(part.config['name']);
    const turn = (x: tfl.SymbolicTensor) => (place === rank - 1 ? x : this.#permute(x, swapped, name));
    return { tensor: turn(this.layer(part).apply(turn(tensor)) as tfl.SymbolicTensor), moved };
  }

  #permute(x: tfl.SymbolicTensor, dims: number[], user: string): tfl.SymbolicTensor {
    let name = `${user}_permute`;
    for (let i = 1; this.#names.has(name); i++) name = `${user}_permute_${i}`;
    this.#names.add(name);
    return this.layer({ class_name: 'Permute', config: { name, dims } }).apply(x) as tfl.SymbolicTensor;
  }
}

const set = (part: Part, settings: Settings): Part => ({ ...part, config: { ...part.config, ...settings } });

function isAlike({ class_name: kind, config }: Part): boolean {
  const { activation, scale, offset, noise_shape: noise } = config;
  return ALIKE.test(kind) && !String(activation).endsWith('softmax') && ![scale, offset, noise].some(Array.isArray);
}

/** Settings as tfjs has them in memory: keys and words in camel case, names as they are. */
function camelCase(value: Json): Json {
  if (typeof value === 'string') return value.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [camelCase(key), key === 'name' ? each : camelCase(each)]),
  );
}
