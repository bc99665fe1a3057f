import { FerError, WeightsError } from '../errors';
import { describe } from '../validate';
import type { Json, Settings } from './keras-layers';
import { isFirst, withChannelsLast } from './keras-channels';
import { type LayerConfig, layerFromKeras } from './keras-settings';

/** A layer as it stands in the file, for finding its weights. */
export interface KerasLayer {
  /** Its class in Keras. */
  className: string;
  /** Its name, the same in tfjs. */
  name: string;
  /** Whether its kernel is stored as [out, in, height, width], as Keras 1 does where channels come first. */
  outFirst: boolean;
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

type LayerEntry = LayerConfig & { name?: string; module?: string; inbound_nodes?: Json };
type Reference = [layer: string, node: number, tensor: number];

const MODELS = ['Sequential', 'Functional', 'Model'];

/**
 * Translates an architecture that any version of Keras wrote.
 *
 * @param where Where it comes from, for messages.
 * @param config The parsed JSON.
 * @param major Major version of Keras that wrote it.
 * @returns The architecture for tfjs.
 * @throws {@link WeightsError} that names the layer, if tfjs cannot compute the same, or if it is not an architecture.
 */
export function topologyFromKeras(where: string, config: Json, major: number): KerasTopology {
  try {
    const { topology, layers } = new Translation(where, major).model(config as unknown as LayerEntry);
    return { topology: withChannelsLast(where, topology), layers };
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

  model(entry: LayerEntry): KerasTopology {
    const { class_name: kind, config } = entry;
    if (!MODELS.includes(kind)) {
      throw new WeightsError({
        where: this.#where,
        expected: 'a Sequential or Functional model',
        received: `the class ${describe(kind)}`,
        remedy: 'A subclassed model has no architecture that can be read: rebuild it with the functional API.',
      });
    }
    return kind === 'Sequential' ? this.#sequential(entry) : this.#functional(config);
  }

  #layer(entry: LayerEntry): KerasTopology & { layer: KerasLayer } {
    const { class_name: className, name = entry.config['name'] as string } = entry;
    if (typeof name !== 'string' || name === '') {
      const received = `${describe(className)} with the name ${describe(name)}`;
      throw new WeightsError({ where: this.#where, expected: 'layers with a name', received });
    }
    if (MODELS.includes(className)) {
      const { topology, layers } = this.model(entry);
      topology.config['name'] = name;
      return { topology, layers, layer: { className, name, layers, outFirst: false } };
    }
    const where = `${this.#where}: layer '${name}' (${className})`;
    if (/\bops\b/.test(entry.module ?? '')) {
      throw new WeightsError({ where, expected: 'a layer', received: 'a single operation of Keras or TensorFlow' });
    }
    const topology = layerFromKeras(where, entry, this.#major);
    topology.config['name'] = name;
    const outFirst = this.#major === 1 && topology.class_name === 'Conv2D' && isFirst(topology);
    return { topology, layers: [], layer: { className, name, outFirst } };
  }

  #sequential({ config, ...entry }: LayerEntry): KerasTopology {
    const { name = 'sequential', layers = config, build_input_shape: built } = config;
    const [first, ...rest] = layers as unknown as LayerEntry[];
    const all = first!.class_name === 'InputLayer' ? rest : [first!, ...rest];
    const translated = all.map((layer) => this.#layer(layer));
    const head = translated[0]!.topology;
    const { build_config: outer } = entry as { build_config?: { input_shape?: Json } };
    const given = first!.config['batch_shape'] ?? first!.config['batch_input_shape'] ?? built ?? outer?.input_shape;
    if (!MODELS.includes(head.class_name)) {
      if (!Array.isArray(given)) {
        const remedy = 'Call the model once or give it an Input layer before it is saved.';
        throw new WeightsError({
          where: this.#where,
          expected: 'an input shape',
          received: 'a model without one',
          remedy,
        });
      }
      head.config['batch_input_shape'] = given;
    }
    const entries = translated.map(({ topology }) => topology as unknown as Json);
    return {
      topology: { class_name: 'Sequential', config: { name, layers: entries } },
      layers: translated.map(({ layer }) => layer),
    };
  }

  #functional(config: Settings): KerasTopology {
    const { name = 'model', layers, input_layers: inputs, output_layers: outputs } = config;
    const entries = layers as unknown as LayerEntry[];
    const kinds = new Map(entries.map(({ name, class_name }) => [name!, class_name]));
    const nested = (layer: string) => MODELS.includes(kinds.get(layer)!);
    const newNodes = entries.some(({ inbound_nodes: nodes }) => !Array.isArray((nodes as Json[])[0] ?? []));
    const translated = entries.map((entry) => {
      const where = `${this.#where}: layer '${entry.name}' (${entry.class_name})`;
      const { topology, layer } = this.#layer(entry);
      // What tfjs counts as the first call of a nested model is its own making; Keras 3 does so only among the outputs.
      const inbound = (entry.inbound_nodes as Json[]).map((node) =>
        references(where, node).map(([from, index, tensor]) => [from, index + +(newNodes && nested(from)), tensor, {}]),
      );
      return { layer, entry: { ...topology, name: layer.name, inbound_nodes: inbound } };
    });
    const ends = (list: Json) =>
      endsOf(list).map(([from, index, tensor]) => [
        from,
        index + +(newNodes && kinds.get(from) === 'Sequential'),
        tensor,
      ]);
    const graph = { layers: translated.map(({ entry }) => entry as unknown as Json) };
    return {
      topology: {
        class_name: 'Model',
        config: { name, ...graph, input_layers: ends(inputs!), output_layers: ends(outputs!) },
      },
      layers: translated.map(({ layer }) => layer),
    };
  }
}

/** Inputs or outputs of a graph: one, or a list. */
function endsOf(list: Json): Reference[] {
  const ends = list as Json[];
  return (typeof ends[0] === 'string' ? [ends] : ends) as Reference[];
}

/** The tensors with which a layer is called, from `[[layer, node, tensor, kwargs], …]` or Keras 3's `{ args, kwargs }`. */
function references(where: string, node: Json): Reference[] {
  if (Array.isArray(node)) {
    return node.map((reference) => {
      const [layer, index, tensor, kwargs = {}] = reference as [string, number, number, Settings?];
      checkArguments(where, kwargs);
      return [layer, index, tensor];
    });
  }
  const { args, kwargs } = node as { args: Json[]; kwargs: Settings };
  checkArguments(where, kwargs);
  return args.flat().map((argument) => {
    const { class_name: kind, config } = argument as unknown as LayerConfig;
    if (kind === '__keras_tensor__') return config['keras_history'] as Reference;
    throw new WeightsError({ where, expected: 'calls with tensors only', received: describe(argument) });
  });
}

/** Refuses what would change the result; `training: false` is how a network predicts. */
function checkArguments(where: string, kwargs: Settings): void {
  const [name, value] =
    Object.entries(kwargs).find(([key, value]) => value !== null && !(key === 'training' && !value)) ?? [];
  if (name === undefined) return;
  throw new WeightsError({ where, expected: 'calls with tensors only', received: `${name} = ${describe(value)}` });
}
