import type { WeightsError } from '../errors';
import { weightsError } from '../errors';
import type { Json, Settings } from './keras-layers';
import type { LayerConfig } from './keras-settings';

/** Where the axes of pictures [n, c, h, w] stand in [n, h, w, c]. */
const MOVED = [0, 3, 1, 2];

/** Layers that treat all axes alike. */
const ALIKE = ['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'Dropout', 'GaussianNoise', 'GaussianDropout', 'Rescaling'];

/** Whether a layer in the terms of tfjs takes pictures with channels first. */
export const isFirst = ({ config }: LayerConfig) => config['data_format'] === 'channels_first';
const inside = ({ config }: LayerConfig) => (config['layers'] ?? []) as unknown as LayerConfig[];
const someFirst = (layer: LayerConfig): boolean => isFirst(layer) || inside(layer).some(someFirst);

/**
 * Moves the channels of a network to the last axis: from pictures [n, h, w, c] it computes what it computed from [n, c, h, w]. The kernels of Keras have
 * the same axes in both. Where values of pictures are put in a row with the channels first, or normalised along their width, Permute layers turn them round.
 *
 * @param where The network, for messages.
 * @param topology A network in the terms of tfjs.
 * @returns The network with all channels last; the same one if they are.
 * @throws {@link WeightsError} that names the layer, if channels come first in a network that is no simple chain, or go into a layer for which they cannot
 *   be moved.
 */
export function withChannelsLast(where: string, topology: LayerConfig): LayerConfig {
  if (!someFirst(topology)) return topology;
  const layers = inside(topology);
  const shape = layers[0]?.config['batch_input_shape'] as Json[] | undefined;
  if (topology.class_name !== 'Sequential' || shape?.length !== 4) {
    throw refused(where, layers.find(someFirst)!, 'channels in the last axis, or a Sequential model of pictures');
  }
  let pictures = true;
  const moved = layers.flatMap((layer): LayerConfig[] => {
    if (!pictures) return [layer];
    pictures = !/^(Global|Flatten)/.test(layer.class_name);
    const last = lastOf(where, layer);
    if (layer.class_name === 'Flatten' && !isFirst(layer)) return [permute(layer, 'before', [3, 1, 2]), last];
    if (layer.class_name !== 'BatchNormalization') return [last];
    const axis = MOVED.at(Number(layer.config['axis'] ?? -1))!;
    const swap = axis === 1 ? [3, 2, 1] : [1, 3, 2]; // tfjs normalises along the last axis only
    return axis === 3 ? [last] : [permute(layer, 'before', swap), last, permute(layer, 'after', swap)];
  });
  const [n, c, h, w] = shape as [Json, Json, Json, Json];
  moved[0]!.config['batch_input_shape'] = [n, h, w, c];
  return { ...topology, config: { ...topology.config, layers: moved as unknown as Json } };
}

const permute = ({ config }: LayerConfig, place: string, dims: number[]): LayerConfig => ({
  class_name: 'Permute',
  config: { name: `${String(config['name'])}_permute_${place}`, dims },
});

/** A layer that gets pictures, with their channels last. */
function lastOf(where: string, layer: LayerConfig): LayerConfig {
  const { class_name: kind, config } = layer;
  const to = (settings: Settings): LayerConfig => ({ class_name: kind, config: { ...config, ...settings } });
  if (String(config['activation']).endsWith('softmax')) throw refused(where, layer, 'another activation');
  if (kind === 'BatchNormalization') return to({ axis: 3 });
  if (isFirst(layer) || kind === 'Flatten') return to({ data_format: 'channels_last' });
  const { noise_shape: noise, scale, offset } = config;
  const perPicture = !noise || JSON.stringify(noise) === '[null,1,1,null]'; // as SpatialDropout2D became
  if (ALIKE.includes(kind) && perPicture && !Array.isArray(scale) && !Array.isArray(offset)) return layer;
  throw refused(where, layer, 'a layer whose channels can be moved to the last axis');
}

function refused(where: string, { class_name: kind, config }: LayerConfig, expected: string): WeightsError {
  return weightsError(
    `${where}: layer '${String(config['name'])}' (${kind})`,
    expected,
    'channels_first',
    'Rebuild the model in Keras with the channels last, move the axes of its weights along, and save it anew.',
  );
}
