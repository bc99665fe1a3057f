import type * as tfl from '@tensorflow/tfjs-layers';
import { weightsError, within } from '../errors';
import { isModel, topologyOf } from '../tfjs/layers';
import { describe } from '../validate';
import { hasNoEffect, type Json, type LayerConfig, type LayerRule, ruleOf, type Settings } from './keras-layers';
import { valueToKeras } from './keras-values';

type Layer = tfl.layers.Layer;
type Reference = [layer: string, node: number, tensor: number];
type LayerEntry = LayerConfig & { name: string; inbound_nodes: Reference[][] };

/** The class name that Keras 3 has for a model. */
export function modelClass(model: Layer): 'Sequential' | 'Functional' {
  return model.getClassName() === 'Sequential' ? 'Sequential' : 'Functional';
}

/**
 * Describes the architecture of a model as Keras 3 writes it into `config.json`.
 *
 * @param model The model; borrowed.
 * @returns An object to be written as JSON.
 * @throws {@link WeightsError} that names the layer, if Keras 3 has none that computes the same.
 */
export function architectureToKeras(model: tfl.LayersModel): Settings {
  return modelToKeras(model, topologyOf(model) as LayerConfig);
}

function modelToKeras(model: tfl.LayersModel, { config }: LayerConfig): Settings {
  const { name, layers } = config;
  const kind = modelClass(model);
  const entries = (layers as LayerEntry[]).map((entry) => ({
    entry,
    layer: model.getLayer(entry.name ?? (entry.config['name'] as string)),
  }));
  if (kind === 'Sequential') {
    const given = entries.filter(({ layer }) => layer.getClassName() !== 'InputLayer');
    const input = inputLayer(`${name as string}_input`, model.inputs[0]!.shape);
    const chain = [input, ...given.map(({ entry, layer }) => layerToKeras(layer, entry))];
    return object('keras', kind, { name: name!, trainable: model.trainable, layers: chain });
  }
  const nested = new Map(
    entries.map(({ entry, layer }) => [entry.name, isModel(layer) ? modelClass(layer) : undefined]),
  );
  const graph = entries.map(({ entry, layer }) => {
    // What tfjs counts as the first call of a nested model is its own making; Keras 3 counts it only among the outputs.
    const inbound = entry.inbound_nodes.map((node, i) =>
      call(
        node.map(([from, index, tensor]) => [from, nested.get(from) ? index - 1 : index, tensor]),
        shapes(model, layer, i),
      ),
    );
    return { ...layerToKeras(layer, entry), name: entry.name, inbound_nodes: inbound };
  });
  const ends = (list: Json) => {
    const all = (list as Reference[]).map(([from, index, tensor]) => [
      from,
      nested.get(from) === 'Sequential' ? index - 1 : index,
      tensor,
    ]);
    return all.length === 1 ? all[0]! : all;
  };
  const settings = {
    name: name!,
    trainable: model.trainable,
    layers: graph,
    input_layers: ends(config['input_layers']!),
    output_layers: ends(config['output_layers']!),
  };
  return { ...object('keras.src.models.functional', kind, settings), registered_name: kind };
}

function layerToKeras(layer: Layer, entry: LayerConfig): Settings {
  if (isModel(layer)) return modelToKeras(layer, entry);
  const { class_name: kind, config } = entry;
  const place = `: layer '${layer.name}' (${kind})`;
  if (kind === 'InputLayer') return inputLayer(layer.name, config['batch_input_shape'] as tfl.Shape);
  const settings = within(place, () =>
    settingsToKeras(
      within(place, () => ruleOf(kind)),
      { ...config, ...within(place, () => unwritten(layer)) },
    ),
  );
  if (kind === 'LeakyReLU') {
    const { alpha, ...rest } = settings;
    return object('keras.layers', kind, { ...base(layer), ...rest, negative_slope: alpha! });
  }
  return object('keras.layers', kind, { ...base(layer), ...settings });
}

const base = ({ name, trainable }: Layer): Settings => ({ name, trainable, dtype: 'float32' });

function settingsToKeras(rule: LayerRule, config: Settings): Settings {
  const settings: Settings = {};
  for (const [name, value] of Object.entries(config)) {
    if (rule.settings.includes(name)) settings[name] = valueToKeras(name, value);
    else if (!hasNoEffect(name, value, rule)) {
      throw weightsError('', 'settings that Keras has too', `${name} = ${describe(value)}`);
    }
  }
  return settings;
}

/** What tfjs leaves out of a layer's settings or writes wrongly. */
function unwritten(layer: Layer): Settings {
  const { depthMultiplier, depthwiseConstraint } = layer as Layer & {
    depthMultiplier?: number;
    depthwiseConstraint?: object;
  };
  if (layer.getClassName() === 'SeparableConv2D') return { depth_multiplier: depthMultiplier! };
  if (layer.getClassName() !== 'DepthwiseConv2D') return {};
  if (!depthwiseConstraint) return { depthwise_constraint: null };
  throw weightsError('', 'no depthwise constraint', 'one, which tfjs does not write');
}

function inputLayer(name: string, shape: tfl.Shape): Settings {
  return object('keras.layers', 'InputLayer', {
    name,
    batch_shape: [...shape],
    dtype: 'float32',
    sparse: false,
    ragged: false,
  });
}

function object(module: string, class_name: string, config: Settings): Settings {
  return { module, class_name, config, registered_name: null };
}

/** A call of a layer with one tensor or a list of them. */
function call(references: readonly Reference[], shapes: readonly tfl.Shape[]): Settings {
  const tensors = references.map((history, i) => {
    const config = { shape: [...shapes[i]!], dtype: 'float32', keras_history: history };
    return { class_name: '__keras_tensor__', config };
  });
  return { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} };
}

/** Shapes of the tensors with which a layer is called the i-th time within a model. */
function shapes(model: tfl.LayersModel, layer: Layer, i: number): tfl.Shape[] {
  const { containerNodes } = model as tfl.LayersModel & { containerNodes: Set<string> };
  const calls = layer.inboundNodes.filter((_, index) => containerNodes.has(`${layer.name}_ib-${index}`));
  return calls[i]!.inputShapes as tfl.Shape[];
}
