import { weightsError, within } from '../errors';
import { describe } from '../validate';
import { IN_TRAINING_ONLY, type Json, type LayerConfig, type Settings } from './keras-layers';
import { layerOfOperation } from './keras-operations';

/** A tensor of a graph: one of the outputs of a call of a layer. */
export type Reference = [layer: string, call: number, tensor: number];

/** A layer as a file has it. */
export type LayerEntry = LayerConfig & {
  name?: string;
  module?: string;
  build_config?: { input_shape?: Json };
};

/** A layer of a graph. */
export interface GraphEntry extends LayerConfig {
  name: string;
  /** The tensors with which each call is made, none for an input. */
  calls: readonly (readonly Reference[])[];
}

/** An architecture as a graph. */
export interface Graph {
  name: string;
  entries: readonly GraphEntry[];
  inputs: readonly Reference[];
  outputs: readonly Reference[];
}

/** Whether a class of Keras is a model. */
export const isModelClass = (kind: string | undefined) => /^(Sequential|Functional|Model)$/.test(String(kind));

/**
 * The graph of a Sequential or Functional model.
 *
 * @param entry The model as any version of Keras writes it.
 * @throws {@link WeightsError} if it is another, or a layer is called with more than tensors.
 */
export function graphOf(entry: LayerEntry): Graph {
  const { class_name: kind } = entry;
  if (isModelClass(kind)) return kind === 'Sequential' ? chain(entry) : graph(entry);
  throw weightsError(
    '',
    'a Sequential or Functional model',
    `the class ${describe(kind)}`,
    'A subclassed model has no architecture that can be read: rebuild it with the functional API.',
  );
}

function named({ class_name: kind, name, config }: LayerEntry): string {
  const own = name ?? config['name'];
  if (typeof own === 'string' && own !== '') return own;
  throw weightsError('', 'layers with a name', `${describe(kind)} with the name ${describe(own)}`);
}

function chain(entry: LayerEntry): Graph {
  const { name = 'sequential', layers = entry.config } = entry.config; // Keras 1 has an array of layers here
  const [first, ...rest] = layers as [LayerEntry, ...LayerEntry[]];
  const given = first.class_name === 'InputLayer' ? first : undefined;
  const input = { class_name: 'InputLayer', config: { name: `${name as string}_input`, ...given?.config } };
  const shape = shapeIn(entry);
  if (!Array.isArray(shape)) {
    const remedy = 'Call the model once or give it an Input layer before it is saved.';
    throw weightsError('', 'an input shape', 'a model without one', remedy);
  }
  Object.assign(input.config, { batch_shape: shape });
  let last: Reference[] = [];
  const entries = [input, ...(given ? rest : [first, ...rest])].map((layer): GraphEntry => {
    const own = named(layer);
    const call = last;
    last = [[own, 0, 0]];
    return { ...layer, name: own, calls: [call] };
  });
  return { name: String(name), entries, inputs: [[entries[0]!.name, 0, 0]], outputs: last };
}

/** The input shape of a layer or of the first layer in a model, as far as the file has it. */
function shapeIn({ config, build_config: built }: LayerEntry): Json | undefined {
  const [first] = (Array.isArray(config) ? config : (config['layers'] ?? [])) as LayerEntry[];
  const own = config['batch_shape'] ?? config['batch_input_shape'];
  return own ?? (first && shapeIn(first)) ?? config['build_input_shape'] ?? built?.input_shape;
}

function graph({ config }: LayerEntry): Graph {
  const { name = 'model', layers, input_layers: inputs, output_layers: outputs } = config;
  const list = (layers as LayerEntry[]).map((layer) => ({ ...layer, name: named(layer) }));
  const kinds = new Map(list.map((layer) => [layer.name, layer.class_name]));
  const isNew = list.some(({ inbound_nodes: nodes }) => !Array.isArray((nodes as Json[])[0] ?? []));
  // Keras 1 and 2 count the making of a nested model as its first call, Keras 3 only among the outputs, and not for a Sequential model.
  const call = ([from, index, tensor]: Reference, isCounted: boolean): Reference => {
    return [from, isCounted && isModelClass(kinds.get(from)) ? index - 1 : index, tensor];
  };
  const entries = list.map((layer): GraphEntry => {
    const place = `: layer '${layer.name}' (${layer.class_name})`;
    const { inbound_nodes: nodes, ...rest } = within(place, () => layerOfOperation(layer));
    const calls = (nodes as Json[]).map((node) =>
      within(place, () => references(node, IN_TRAINING_ONLY.includes(layer.class_name))).map((each) =>
        call(each, !isNew),
      ),
    );
    return { ...rest, name: layer.name, calls: calls.length > 0 ? calls : [[]] };
  });
  return {
    name: String(name),
    entries,
    inputs: endsOf(inputs!),
    outputs: endsOf(outputs!).map((end) => call(end, !isNew || kinds.get(end[0]) !== 'Sequential')),
  };
}

/** Inputs or outputs of a graph: one, or an array. */
function endsOf(list: Json): Reference[] {
  const ends = list as Json[];
  return (typeof ends[0] === 'string' ? [ends] : ends) as Reference[];
}

/** The tensors of a call, from `[[layer, node, tensor, kwargs], …]` or Keras 3's `{ args, kwargs }`. */
function references(node: Json, atAnyTime: boolean): Reference[] {
  const refuse = (received: string) => {
    throw weightsError('', 'calls with tensors only', received);
  };
  /** `training: false` is how a model predicts, and augmentation has true by default. */
  const check = (kwargs: Settings) => {
    for (const [key, value] of Object.entries(kwargs)) {
      if (value !== null && !(key === 'training' && (!value || atAnyTime))) refuse(`${key} = ${describe(value)}`);
    }
  };
  if (Array.isArray(node)) {
    return node.map((reference) => {
      const [layer, index, tensor, kwargs = {}] = reference as [...Reference, Settings?];
      check(kwargs);
      return [layer, index, tensor];
    });
  }
  const { args, kwargs } = node as { args: Json[]; kwargs: Settings };
  check(kwargs);
  return args.flat().map((argument) => {
    const { class_name: kind, config } = argument as LayerConfig;
    return kind === '__keras_tensor__' ? (config['keras_history'] as Reference) : refuse(describe(argument));
  });
}
