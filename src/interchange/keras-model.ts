import * as tfl from '@tensorflow/tfjs-layers';
import { FerError, reasonOf, WeightsError, weightsError, within } from '../errors';
import { describe } from '../validate';
import { beginsFirst, ChannelOrder, channelsLast, isFirst, type Value } from './keras-channels';
import { type GraphEntry, graphOf, isModelClass, type LayerEntry, type Reference } from './keras-graph';
import type { Json, Part, Settings } from './keras-layers';
import { givenStatistics, type Statistics, statisticsOf } from './keras-normalization';
import { layersFromKeras } from './keras-settings';

/** A layer of a file and what it is in TensorFlow.js, for finding its weights. */
export interface KerasLayer {
  /** Its class in Keras. */
  className: string;
  /** Its name in both. */
  name: string;
  /** The layer with its weights. */
  layer: tfl.layers.Layer;
  /** Whether its kernel is stored as [out, in, height, width], as Keras 1 does for channels first. */
  outFirst?: boolean;
  /** How the stored mean and variance are applied; only for a Normalization layer that was adapted. */
  statistics?: Statistics;
  /** The layers inside, if it is a model. */
  layers?: readonly KerasLayer[];
}

/** A model and its layers in the order of the file. */
export interface KerasModel {
  model: tfl.LayersModel;
  layers: readonly KerasLayer[];
}

/**
 * Builds the model that a file of any version of Keras describes.
 *
 * @param config The parsed JSON of the architecture.
 * @param major Major version of Keras that wrote it.
 * @returns The model, which takes images with their channels last; its weights are not set.
 * @throws {@link WeightsError} that names the layer, if TensorFlow.js cannot compute the same, or if it is not an architecture.
 */
export function modelFromKeras(config: Json, major: number): KerasModel {
  try {
    return build(config as LayerEntry, major);
  } catch (cause) {
    if (cause instanceof FerError) throw cause;
    const expected = 'the architecture of a Sequential or Functional model as Keras writes it';
    throw new WeightsError({ where: '', expected, received: describe(config), cause });
  }
}

/** A layer while a graph is built. */
interface Step extends GraphEntry {
  /** The layer, for messages. */
  where: string;
  /** Calls the layer. */
  apply(inputs: Value[]): Value[];
  /** The outputs of each call. */
  outputs: Value[][];
  /** What is told about the layer; complete once it was called. */
  found: KerasLayer;
}

/** Builds a model. The outermost takes and gives images with their channels last; a nested one, with a name of its own, has the axes of Keras. */
function build(entry: LayerEntry, major: number, nested?: string): KerasModel {
  const { entries, inputs, outputs, ...graph } = graphOf(entry);
  const name = nested ?? graph.name;
  const isOuter = nested === undefined;
  const order = new ChannelOrder(entries);
  const moved = isOuter && beginsFirst(entries);
  const steps = new Map(entries.map((each) => [each.name, stepOf(each, major, order, moved)]));
  if (steps.size < entries.length) throw weightsError('', 'layers with different names', 'one name twice');
  const valueOf = ([layer, call, tensor]: Reference): Value => {
    const value = called(steps.get(layer)!, call)[tensor];
    if (value) return value;
    throw weightsError('', 'calls with outputs of layers', `output ${tensor} of call ${call} of '${layer}'`);
  };
  const called = (step: Step, call: number) => (step.outputs[call] ??= callOf(step, step.calls[call]!.map(valueOf)));
  for (const step of steps.values()) step.calls.forEach((_, call) => called(step, call));
  const model = tfl.model({
    name,
    inputs: inputs.map((end) => valueOf(end).tensor),
    outputs: outputs.map((end) => (isOuter ? valueOf(end).tensor : order.tensor(valueOf(end), false, name))),
  });
  return { model, layers: Array.from(steps.values(), ({ found }) => found) };
}

/** Calls a layer; what TensorFlow.js refuses becomes an error that names the layer. */
function callOf({ where, apply }: Step, inputs: Value[]): Value[] {
  try {
    return within(where, () => apply(inputs));
  } catch (cause) {
    if (cause instanceof FerError) throw cause;
    throw new WeightsError({ where, expected: 'what TensorFlow.js computes', received: reasonOf(cause), cause });
  }
}

function stepOf(entry: GraphEntry, major: number, order: ChannelOrder, moved: boolean): Step {
  const { class_name: className, name, config } = entry;
  const where = `: layer '${name}' (${className})`;
  const found = { className, name } as KerasLayer;
  const step = (apply: Step['apply']): Step => ({ ...entry, where, found, outputs: [], apply });
  if (className === 'InputLayer') return step(() => [inputOf(found, config, moved)]);
  if (isModelClass(className)) {
    const { model, layers } = build(entry, major, name);
    Object.assign(found, { layer: model, layers });
    return step((inputs) => {
      const tensors = inputs.map((input) => order.tensor(input, false, name));
      return [model.apply(tensors) as tfl.SymbolicTensor].flat().map((tensor) => ({ tensor, moved: false }));
    });
  }
  let parts: Part[] | undefined;
  return step((inputs) => {
    const { tensor, moved: isMoved } = inputs[0]!;
    const shape = isMoved ? [0, 3, 1, 2].map((axis) => tensor.shape[axis]!) : tensor.shape; // as Keras has it
    const settings = { ...config, name };
    parts ??= layersFromKeras({ class_name: className, config: settings }, major, shape);
    if (className === 'Normalization' && !givenStatistics(config)) {
      found.statistics = statisticsOf(settings, shape.length);
    }
    const values = [order.apply(parts[0]!, inputs)];
    for (const part of parts.slice(1)) {
      const given = part.withFirst ? [values[0]!, values.at(-1)!] : [values.at(-1)!];
      values.push(order.apply(part, given));
    }
    found.layer = order.layer(parts[0]!);
    found.outFirst = major === 1 && parts[0]!.class_name === 'Conv2D' && isFirst(parts[0]!);
    return [values.at(-1)!];
  });
}

/** An input; images whose channels are first in Keras have them last. */
function inputOf(found: KerasLayer, config: Settings, moved: boolean): Value {
  const shape = (config['batch_shape'] ?? config['batch_input_shape']) as (number | null)[];
  const isShape = Array.isArray(shape) && shape.every((size) => size === null || Number.isSafeInteger(size));
  if (!isShape) throw weightsError('', 'an input shape', describe(shape));
  const isMoved = moved && shape.length === 4;
  const tensor = tfl.input({ name: found.name, batchShape: isMoved ? channelsLast(shape) : shape });
  found.layer = tensor.sourceLayer;
  return { tensor, moved: isMoved };
}
