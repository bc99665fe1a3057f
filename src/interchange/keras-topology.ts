import { FerError, WeightsError, weightsError } from '../errors';
import { describe } from '../validate';
import { IN_TRAINING_ONLY, type Json, type Settings } from './keras-layers';
import { isFirst, withChannelsLast } from './keras-channels';
import { type LayerConfig, layersFromKeras } from './keras-settings';

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

type LayerEntry = LayerConfig & { name?: string; module?: string };
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
      throw weightsError(
        this.#where,
        'a Sequential or Functional model',
        `the class ${describe(kind)}`,
        'A subclassed model has no architecture that can be read: rebuild it with the functional API.',
      );
    }
    return kind === 'Sequential' ? this.#sequential(entry) : this.#functional(config);
  }

  /** A layer as tfjs has it, in one part or several that follow one another, the first of them by its name. */
  #layer(entry: LayerEntry): { parts: LayerConfig[]; layer: KerasLayer } {
    const { class_name: className, name = entry.config['name'] as string } = entry;
    if (typeof name !== 'string' || name === '') {
      const received = `${describe(className)} with the name ${describe(name)}`;
      throw weightsError(this.#where, 'layers with a name', received);
    }
    if (MODELS.includes(className)) {
      const { topology, layers } = this.model(entry);
      topology.config['name'] = name;
      return { parts: [topology], layer: { className, name, layers, outFirst: false } };
    }
    const where = `${this.#where}: layer '${name}' (${className})`;
    if (/\bops\b/.test(entry.module ?? '')) {
      throw weightsError(where, 'a layer', 'a single operation of Keras or TensorFlow');
    }
    const parts = layersFromKeras(where, entry, this.#major);
    const [first] = parts as [LayerConfig];
    first.config['name'] = name;
    const outFirst = this.#major === 1 && first.class_name === 'Conv2D' && isFirst(first);
    return { parts, layer: { className, name, outFirst } };
  }

  #sequential({ config, ...entry }: LayerEntry): KerasTopology {
    const { name = 'sequential', layers = config, build_input_shape: built } = config;
    const [first, ...rest] = layers as unknown as LayerEntry[];
    const all = first!.class_name === 'InputLayer' ? rest : [first!, ...rest];
    const translated = all.map((layer) => this.#layer(layer));
    const head = translated[0]!.parts[0]!;
    const { build_config: outer } = entry as { build_config?: { input_shape?: Json } };
    const given = first!.config['batch_shape'] ?? first!.config['batch_input_shape'] ?? built ?? outer?.input_shape;
    if (!MODELS.includes(head.class_name)) {
      if (!Array.isArray(given)) {
        const remedy = 'Call the model once or give it an Input layer before it is saved.';
        throw weightsError(this.#where, 'an input shape', 'a model without one', remedy);
      }
      head.config['batch_input_shape'] = given;
    }
    const entries = translated.flatMap(({ parts }) => parts as unknown as Json[]);
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
    const all = entries.map((entry) => ({ entry, ...this.#layer(entry) }));
    const lasts = new Map(all.map(({ parts, layer }) => [layer.name, parts.at(-1)!.config['name'] as string]));
    const graph = all.flatMap(({ entry, parts, layer }) => {
      const where = `${this.#where}: layer '${entry.name}' (${entry.class_name})`;
      // What tfjs counts as the first call of a nested model is its own making; Keras 3 does so only among the outputs.
      const inbound = (entry.inbound_nodes as Json[]).map((node) =>
        references(where, node, IN_TRAINING_ONLY.includes(entry.class_name)).map(([from, index, tensor]): Json => [
          lasts.get(from) ?? from,
          index + +(newNodes && nested(from)),
          tensor,
          {},
        ]),
      );
      return parts.map((part, i) => {
        const before = parts[i - 1]?.config['name'];
        const nodes = before === undefined ? inbound : inbound.map((_, call): Json[] => [[before, call, 0, {}]]);
        return { ...part, name: i === 0 ? layer.name : part.config['name'], inbound_nodes: nodes };
      });
    });
    const ends = (list: Json) =>
      endsOf(list).map(([from, index, tensor]) => [
        lasts.get(from) ?? from,
        index + +(newNodes && kinds.get(from) === 'Sequential'),
        tensor,
      ]);
    const ins = ends(inputs!);
    return {
      topology: {
        class_name: 'Model',
        config: { name, layers: graph as unknown as Json, input_layers: ins, output_layers: ends(outputs!) },
      },
      layers: all.map(({ layer }) => layer),
    };
  }
}

/** Inputs or outputs of a graph: one, or a list. */
function endsOf(list: Json): Reference[] {
  const ends = list as Json[];
  return (typeof ends[0] === 'string' ? [ends] : ends) as Reference[];
}

/** The tensors with which a layer is called, from `[[layer, node, tensor, kwargs], …]` or Keras 3's `{ args, kwargs }`. */
function references(where: string, node: Json, atAnyTime: boolean): Reference[] {
  if (Array.isArray(node)) {
    return node.map((reference) => {
      const [layer, index, tensor, kwargs = {}] = reference as [string, number, number, Settings?];
      checkArguments(where, kwargs, atAnyTime);
      return [layer, index, tensor];
    });
  }
  const { args, kwargs } = node as { args: Json[]; kwargs: Settings };
  checkArguments(where, kwargs, atAnyTime);
  return args.flat().map((argument) => {
    const { class_name: kind, config } = argument as unknown as LayerConfig;
    if (kind === '__keras_tensor__') return config['keras_history'] as Reference;
    throw weightsError(where, 'calls with tensors only', describe(argument));
  });
}

/** Refuses what would change the result; `training: false` is how a network predicts, and the default of augmentation is written as true. */
function checkArguments(where: string, kwargs: Settings, atAnyTime: boolean): void {
  const [name, value] =
    Object.entries(kwargs).find(([key, value]) => value !== null && !(key === 'training' && (!value || atAnyTime))) ??
    [];
  if (name === undefined) return;
  throw weightsError(where, 'calls with tensors only', `${name} = ${describe(value)}`);
}
