import type { Json } from './keras-layers';
import type { LayerConfig } from './keras-settings';

/** What is known of a tensor before the network is built. */
export interface TensorShape {
  /** Number of axes, with that of the batch. */
  rank: number;
  /** Length of the last axis, if it is known. */
  last: number | undefined;
}

/** The shape of an array of sizes, or of a tensor `[n, …]` as a configuration states it. */
export function shapeOf(sizes: Json | undefined): TensorShape | undefined {
  return Array.isArray(sizes) && sizes.length > 0 ? { rank: sizes.length, last: count(sizes.at(-1)) } : undefined;
}

const count = (value: Json | undefined) => (Number.isSafeInteger(value) ? (value as number) : undefined);

/**
 * What a layer in the terms of tfjs makes of a tensor of this shape.
 *
 * @param layer The layer.
 * @param input The shape of its (first) input, if it is known.
 * @returns The shape of its output, as far as it is known.
 */
export function shapeAfter({ class_name: kind, config }: LayerConfig, input?: TensorShape): TensorShape | undefined {
  const given = shapeOf(config['batch_input_shape']);
  if (kind === 'InputLayer') return given;
  if (kind === 'Reshape') {
    const target = config['target_shape'] as Json[];
    return Array.isArray(target) ? shapeOf([null, ...target]) : undefined;
  }
  if (Array.isArray(config['layers'])) return shapeAfterAll(config['layers'] as unknown as LayerConfig[], input);
  const from = input ?? given;
  if (!from) return undefined;
  if (kind === 'Flatten') return from.rank === 2 ? from : { rank: 2, last: undefined };
  if (/^Global\w+Pooling2D$/.test(kind)) {
    const first = config['data_format'] === 'channels_first';
    return { rank: 2, last: first ? undefined : from.last };
  }
  if (config['data_format'] === 'channels_first' || kind === 'Permute') return { rank: from.rank, last: undefined };
  if (kind === 'Conv2D' || kind === 'SeparableConv2D') return { rank: from.rank, last: count(config['filters']) };
  if (kind === 'Dense') return { rank: from.rank, last: count(config['units']) };
  if (kind === 'DepthwiseConv2D' || kind === 'Concatenate') return { rank: from.rank, last: undefined };
  return from;
}

/** What a chain of layers makes of a tensor of this shape; of a graph, whose layers stand in the order of their calls, the same is assumed. */
export function shapeAfterAll(layers: readonly LayerConfig[], input?: TensorShape): TensorShape | undefined {
  return layers.reduce<TensorShape | undefined>((shape, layer) => shapeAfter(layer, shape), input);
}
