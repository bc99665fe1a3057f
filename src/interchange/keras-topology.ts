import { FerError, WeightsError, weightsError } from '../errors';
import { describe } from '../validate';
import { callShape, endsOf, type Reference, references } from './keras-calls';
import { beginsFirst, channelsFirst, channelsLast, isFirst, withChannelsLast } from './keras-channels';
import { IN_TRAINING_ONLY, type Json, type Settings } from './keras-layers';
import { givenStatistics, type Statistics, statisticsOf } from './keras-normalization';
import { layerOfOperation } from './keras-operations';
import type { Part } from './keras-parts';
import { type LayerConfig, layersFromKeras } from './keras-settings';
import { shapeAfterAll, shapeOf, type TensorShape } from './keras-shapes';

/** A layer as it stands in the file, for finding its weights. */
export interface KerasLayer {
  /** Its class in Keras. */
  className: string;
  /** Its name, the same in tfjs. */
  name: string;
  /** Whether its kernel is stored as [out, in, height, width], as Keras 1 does where channels come first. */
  outFirst: boolean;
  /** How mean and variance are applied that stand among the weights; only if it is a Normalization layer that was adapted. */
  statistics?: Statistics;
  /** The layers inside, if it is a model. */
  layers?: readonly KerasLayer[];
}

/** A network of Keras in the terms of tfjs. */
export interface KerasTopology {
  /** For `modelFromJSON` of tfjs-layers. */
  topology: LayerConfig;
  /** The layers, in the order of the file. */
  layers: readonly KerasLayer[];
}

type LayerEntry = LayerConfig & { name?: string; module?: string };
type Node = [layer: string, node: number, tensor: number, kwargs: Settings][];

const MODELS = ['Sequential', 'Functional', 'Model'];

/**
 * Translates an architecture that any version of Keras wrote.
 *
 * @param where Where it comes from, for messages.
 * @param config The parsed JSON.
 * @param major Major version of Keras that wrote it.
 * @returns The architecture for tfjs. Pictures that it takes have their channels last.
 * @throws {@link WeightsError} that names the layer, if tfjs cannot compute the same, or if it is not an architecture.
 */
export function topologyFromKeras(where: string, config: Json, major: number): KerasTopology {
  try {
    return new Translation(where, major).model(config as unknown as LayerEntry, true);
  } catch (cause) {
    if (cause instanceof FerError) throw cause;
    const expected = 'the architecture of a Sequential or Functional model as Keras writes it';
    throw new WeightsError({ where, expected, received: describe(config), cause });
  }
}

class Translation {
  readonly #where: string;
  readonly #major: number;

  constructor(where: string, major: number) {
    this.#where = where;
    this.#major = major;
  }

  /** A model; the outermost takes pictures with their channels last, those within what Keras gives them. */
  model(entry: LayerEntry, outermost: boolean): KerasTopology {
    const { class_name: kind, config } = entry;
    if (MODELS.includes(kind)) {
      return kind === 'Sequential' ? this.#sequential(entry, outermost) : this.#functional(config, outermost);
    }
    throw weightsError(
      this.#where,
      'a Sequential or Functional model',
      `the class ${describe(kind)}`,
      'A subclassed model has no architecture that can be read: rebuild it with the functional API.',
    );
  }

  /** A layer as tfjs has it, in one part or several, the first of them by its name. */
  #layer(entry: LayerEntry, shape: TensorShape | undefined): { parts: Part[]; layer: KerasLayer } {
    const { class_name: className, name = entry.config['name'] as string } = entry;
    if (typeof name !== 'string' || name === '') {
      const received = `${describe(className)} with the name ${describe(name)}`;
      throw weightsError(this.#where, 'layers with a name', received);
    }
    if (MODELS.includes(className)) {
      const { topology, layers } = this.model(entry, false);
      topology.config['name'] = name;
      return { parts: [topology], layer: { className, name, layers, outFirst: false } };
    }
    const where = `${this.#where}: layer '${name}' (${className})`;
    const config = { ...entry.config, name };
    const parts = layersFromKeras(where, { ...entry, config }, this.#major, shape);
    const outFirst = this.#major === 1 && parts[0]!.class_name === 'Conv2D' && isFirst(parts[0]!);
    if (className !== 'Normalization' || givenStatistics(config))
      return { parts, layer: { className, name, outFirst } };
    return { parts, layer: { className, name, outFirst, statistics: statisticsOf(where, config, shape?.rank) } };
  }

  #sequential({ config, ...entry }: LayerEntry, outermost: boolean): KerasTopology {
    const { name = 'sequential', layers: list = config, build_input_shape: built } = config;
    const [first, ...rest] = list as unknown as LayerEntry[];
    const all = first!.class_name === 'InputLayer' ? rest : [first!, ...rest];
    const { build_config: outer } = entry as { build_config?: { input_shape?: Json } };
    const given = first!.config['batch_shape'] ?? first!.config['batch_input_shape'] ?? built ?? outer?.input_shape;
    const input = shapeOf(given);
    let shape = input;
    const translated = all.map((layer) => {
      const { parts, ...rest } = this.#layer(layer, shape);
      shape = shapeAfterAll(parts, shape);
      return { parts, ...rest };
    });
    const layers = translated.map(({ layer }) => layer);
    const moved = outermost && input?.rank === 4 && beginsFirst(all);
    const parts = withChannelsLast(
      this.#where,
      translated.flatMap((each) => each.parts),
      input,
      moved,
      outermost,
    );
    const [head] = parts as [Part];
    const batchShape = moved ? channelsLast(given as Json[]) : (given ?? inputShape(head));
    if (!Array.isArray(batchShape)) {
      const remedy = 'Call the model once or give it an Input layer before it is saved.';
      throw weightsError(this.#where, 'an input shape', 'a model without one', remedy);
    }
    if (parts.some(({ takes }) => takes)) return { topology: asGraph(String(name), parts, batchShape), layers };
    if (!inputShape(head)) head.config['batch_input_shape'] = batchShape;
    return { topology: { class_name: 'Sequential', config: { name, layers: parts as unknown as Json } }, layers };
  }

  #functional(config: Settings, outermost: boolean): KerasTopology {
    const { name = 'model', layers: list, input_layers: inputs, output_layers: outputs } = config;
    const entries = (list as unknown as LayerEntry[]).map((entry) =>
      layerOfOperation(`${this.#where}: layer '${entry.name}' (${entry.class_name})`, entry),
    );
    const kinds = new Map(entries.map(({ name, class_name }) => [name!, class_name]));
    const nested = (layer: string) => MODELS.includes(kinds.get(layer)!);
    const newNodes = entries.some(({ inbound_nodes: nodes }) => !Array.isArray((nodes as Json[])[0] ?? []));
    const moved = outermost && beginsFirst(entries);
    const shapes = new Map<string, TensorShape | undefined>();
    const lasts = new Map<string, string>();
    const all = entries.map((entry) => {
      const where = `${this.#where}: layer '${entry.name}' (${entry.class_name})`;
      const inbound = (entry.inbound_nodes as Json[]).map((node) =>
        references(where, node, IN_TRAINING_ONLY.includes(entry.class_name)),
      );
      const shape = callShape(entry) ?? shapes.get(inbound[0]?.[0]?.[0] ?? '');
      const { parts, layer } = this.#layer(entry, shape);
      shapes.set(layer.name, shapeAfterAll(parts, shape));
      const arranged =
        entry.class_name === 'InputLayer' ? inputParts(parts[0]!, moved) : withChannelsLast(where, parts, shape);
      lasts.set(layer.name, String(arranged.at(-1)!.config['name']));
      return { inbound, parts: arranged, layer };
    });
    const graph = all.flatMap(({ inbound, parts }) => {
      // What tfjs counts as the first call of a nested model is its own making; Keras 3 does so only among the outputs.
      const nodes = inbound.map((node) =>
        node.map(([from, index, tensor]): Node[number] => [
          lasts.get(from) ?? from,
          index + +(newNodes && nested(from)),
          tensor,
          {},
        ]),
      );
      return withNodes(parts, nodes);
    });
    const outs = endsOf(outputs!).map(([from, index, tensor]): Reference => {
      return [lasts.get(from) ?? from, index + +(newNodes && kinds.get(from) === 'Sequential'), tensor];
    });
    const ends = { input_layers: endsOf(inputs!), output_layers: outs };
    return {
      topology: { class_name: 'Model', config: { name, layers: graph as unknown as Json, ...ends } },
      layers: all.map(({ layer }) => layer),
    };
  }
}

/** An input of a graph; pictures that have their channels last, and in Keras first, are turned behind it. */
function inputParts(input: Part, moved: boolean): Part[] {
  const shape = input.config['batch_input_shape'] as Json[];
  if (!moved || shape.length !== 4) return [input];
  const config: Settings = { ...input.config, batch_input_shape: channelsLast(shape) };
  return [{ ...input, config }, channelsFirst(`${String(config['name'])}_permute`)];
}

/** The input shape of a model within; undefined for a layer. */
function inputShape({ config }: LayerConfig): Json | undefined {
  const [first] = (config['layers'] ?? []) as unknown as LayerConfig[];
  return first && (first.config['batch_input_shape'] ?? inputShape(first));
}

/** The parts of a layer with their calls: the first is called as the layer is, the others with what came before. */
function withNodes(parts: readonly Part[], nodes: readonly Node[]): LayerConfig[] {
  const calls = nodes.length === 0 ? [[]] : nodes; // an input is called by nobody
  return parts.map(({ takes, ...part }, i) => {
    const from = takes ?? (i === 0 ? [] : [String(parts[i - 1]!.config['name'])]);
    const inbound = i === 0 ? nodes : calls.map((_, call): Node => from.map((name) => [name, call, 0, {}]));
    return { ...part, name: part.config['name'], inbound_nodes: inbound as unknown as Json };
  });
}

/** A chain of layers, some of which take more than what the one before gives, as a graph. */
function asGraph(name: string, parts: readonly Part[], batchShape: Json): LayerConfig {
  const input = { name: `${name}_input`, batch_input_shape: batchShape };
  const layers = withNodes([{ class_name: 'InputLayer', config: input }, ...parts], []);
  const isNested = ({ config }: LayerConfig) => Array.isArray(config['layers']);
  const nested = new Set(parts.filter(isNested).map(({ config }) => config['name']));
  // The first call of a nested model is of tfjs's own making.
  for (const { inbound_nodes: nodes } of layers) {
    for (const node of nodes as unknown as Node[]) for (const call of node) if (nested.has(call[0])) call[1] = 1;
  }
  const last = parts.at(-1)!.config['name']!;
  const ends = { input_layers: [[input.name, 0, 0]], output_layers: [[last, +nested.has(last), 0]] };
  return { class_name: 'Model', config: { name, layers: layers as unknown as Json, ...ends } };
}
