import { weightsError } from '../errors';
import { describe } from '../validate';
import type { Json, Settings } from './keras-layers';
import type { Part } from './keras-parts';
import type { LayerConfig } from './keras-settings';
import { shapeAfter, type TensorShape } from './keras-shapes';

/** Where the axes of pictures [n, c, h, w] stand in [n, h, w, c]. */
const MOVED = [0, 3, 1, 2];
const TO_LAST = [2, 3, 1]; // dims of the Permute layer from [c, h, w] to [h, w, c]
const TO_FIRST = [3, 1, 2];

/** Layers that treat all axes alike. */
const ALIKE =
  /^(Activation|ReLU|LeakyReLU|ELU|\w*Dropout|GaussianNoise|Rescaling|Add|Multiply|Average|Maximum|Minimum)$/;

/** Whether a layer in the terms of tfjs takes pictures with channels first. */
export const isFirst = ({ config }: LayerConfig) => config['data_format'] === 'channels_first';

/** Whether a network in the terms of any version of Keras is given pictures with their channels first, as its first layer that says so tells. */
export function beginsFirst(layers: readonly LayerConfig[]): boolean {
  const formats = function* (list: readonly LayerConfig[]): Generator<Json> {
    for (const { config } of list) {
      const format = config['data_format'] ?? config['dim_ordering'];
      if (format !== undefined) yield format;
      if (Array.isArray(config['layers'])) yield* formats(config['layers'] as unknown as LayerConfig[]);
    }
  };
  const [first] = formats(layers);
  return first === 'channels_first' || first === 'th';
}

/** Sizes of pictures [n, c, h, w] as [n, h, w, c]. */
export const channelsLast = ([n, c, h, w]: readonly Json[]): Json[] => [n!, h!, w!, c!];

/** A Permute layer from pictures [n, h, w, c] to [n, c, h, w]. */
export const channelsFirst = (name: string): Part => ({ class_name: 'Permute', config: { name, dims: TO_FIRST } });

/**
 * A chain of layers with every one of them in the order of axes that tfjs computes in: convolution and pooling with the channels last, batch norm and
 * softmax along the last axis. Permute layers turn tensors where orders meet; layers that treat all axes alike are left in the order that is there. The
 * kernels of Keras have the same axes in both orders.
 *
 * @param where The network, for messages.
 * @param parts The layers, each for tensors with axes as Keras has them.
 * @param input The shape of what the first is given in Keras, if it is known.
 * @param moved Whether that comes with its channels last although they are first in Keras.
 * @param keeps Whether the output may have its channels last where they are first in Keras. Otherwise it has the axes of Keras.
 * @returns The layers and what was put between them.
 * @throws {@link WeightsError} that names the layer, if channels come first in a tensor whose axes are not known, or are not four.
 */
export function withChannelsLast(
  where: string,
  parts: readonly Part[],
  input: TensorShape | undefined,
  moved = false,
  keeps = false,
): Part[] {
  const arranged: Part[] = [];
  const names = new Map<string, number>();
  const permute = ({ config }: LayerConfig, dims: number[]) => {
    const name = `${String(config['name'])}_permute`;
    const count = names.get(name) ?? 0;
    names.set(name, count + 1);
    arranged.push({ class_name: 'Permute', config: { name: count === 0 ? name : `${name}_${count}`, dims } });
  };
  const move = (layer: LayerConfig, wanted: boolean) => {
    if (moved !== wanted) permute(layer, wanted ? TO_LAST : TO_FIRST);
    moved = wanted;
  };
  /** Adds a layer that works along one axis, given as Keras counts it. */
  const along = (layer: Part, axis: Json | undefined, rank: number) => {
    const inKeras = (Number(axis ?? -1) + rank) % rank;
    if (!(inKeras > 0))
      throw weightsError(placeOf(where, layer), 'one axis, and not that of the batch', `axis = ${describe(axis)}`);
    const place = moved ? MOVED[inKeras]! : inKeras;
    const isLast = place === rank - 1;
    const dims = Array.from({ length: rank - 1 }, (_, i) =>
      i === rank - 2 ? place : i === place - 1 ? rank - 1 : i + 1,
    );
    if (!isLast) permute(layer, dims);
    arranged.push(moved || !isLast ? set(layer, { axis: -1 }) : layer);
    if (!isLast) permute(layer, dims);
  };
  let shape = input;
  for (const part of parts) {
    const { class_name: kind, config } = part;
    const rank = shape?.rank;
    if (isFirst(part) && rank !== 4) {
      throw weightsError(placeOf(where, part), 'images of a known size for channels_first', 'another input');
    }
    const softmax = isFirst(part) && String(config['activation']).endsWith('softmax');
    if (isFirst(part)) {
      move(part, true);
      arranged.push(set(part, { data_format: 'channels_last', ...(softmax ? { activation: 'linear' } : {}) }));
      if (softmax) along(softmaxOf(part), -1, 4);
    } else if (rank !== undefined && (kind === 'BatchNormalization' || kind === 'Softmax')) {
      along(part, config['axis'], rank);
    } else if (rank === 4 && isAlike(part)) {
      const noise = config['noise_shape'];
      arranged.push(moved && Array.isArray(noise) ? set(part, { noise_shape: channelsLast(noise) }) : part);
    } else {
      move(part, false);
      arranged.push(part);
    }
    shape = shapeAfter(part, shape);
    if (shape?.rank !== 4) moved = false;
  }
  if (!keeps && parts.length > 0) move(parts.at(-1)!, false);
  return arranged;
}

const placeOf = (where: string, { class_name: kind, config }: Part) =>
  `${where}: layer '${String(config['name'])}' (${kind})`;

const set = (part: Part, settings: Settings): Part => ({ ...part, config: { ...part.config, ...settings } });

function isAlike({ class_name: kind, config }: Part): boolean {
  const { activation, scale, offset } = config;
  return ALIKE.test(kind) && !String(activation).endsWith('softmax') && !Array.isArray(scale) && !Array.isArray(offset);
}

/** The activation of a layer, softmax or its logarithm, as a layer of its own. */
function softmaxOf({ config }: Part): Part {
  const { name, activation } = config;
  return { class_name: 'Activation', config: { name: `${String(name)}_softmax`, activation: activation! } };
}
