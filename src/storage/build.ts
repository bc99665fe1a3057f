import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { WeightsError, weightsError } from '../errors';
import { describe } from '../validate';
import { isObject } from './schema';

/**
 * Builds the network of a stored topology with all weights zero. A topology is not trusted: one that tfjs would never finish to
 * build is refused before, one whose layers want more weights than are stored as soon as they do, and nothing is fetched.
 *
 * @param file Name of the file, for messages.
 * @param topology The field `modelTopology` of a `model.json`.
 * @param values Number of values in the stored weights.
 * @returns The network; the caller's.
 * @throws {@link WeightsError} if it cannot be built. Nothing is left over.
 */
export async function buildModel(file: string, topology: object, values: number): Promise<tfl.LayersModel> {
  const where = `${file}: modelTopology`;
  checkGraph(where, 'model_config' in topology ? topology.model_config : topology);
  // The topology has a field of its own, since tfjs would fetch weights for one that has a manifest.
  const config = { modelTopology: topology } as unknown as tfl.ModelAndWeightsConfig;
  return buildWithin(where, values, () => tfl.models.modelFromJSON(config));
}

/**
 * Builds a model with all weights zero, and no more of them than are stored.
 *
 * @param where The file, for messages.
 * @param values Number of values in the stored weights.
 * @param build Makes all variables before its first await, so that those of a failed attempt can be told apart.
 * @returns The model; the caller's.
 * @throws {@link WeightsError} if it cannot be built, or has layers that do not lead to its output. Nothing is left over.
 */
export async function buildWithin(
  where: string,
  values: number,
  build: () => Promise<tfl.LayersModel>,
): Promise<tfl.LayersModel> {
  const { registeredVariables } = tf.engine();
  const before = new Set(Object.keys(registeredVariables));
  const building = withWeightLimit(where, values, build);
  const made = Object.values(registeredVariables).filter(({ name }) => !before.has(name));
  try {
    const model = await building;
    if (model.weights.length === made.length) return model;
    const expected = 'layers that all lead to its output';
    throw weightsError(where, expected, `weights of others, ${made.length} in all`);
  } catch (cause) {
    tf.dispose(made);
    if (cause instanceof WeightsError) throw cause;
    throw new WeightsError({ where, expected: 'a topology of tfjs layers', received: 'another', cause });
  }
}

interface LayerPrototype {
  fastWeightInitDuringBuild: boolean;
  addWeight(name: string, shape: readonly number[], ...rest: unknown[]): unknown;
}

/** Lets layers make weights up to a number of values, all zero, while `build` runs. */
function withWeightLimit<T>(where: string, values: number, build: () => T): T {
  const prototype = tfl.layers.Layer.prototype as unknown as LayerPrototype;
  const { addWeight } = prototype;
  let left = values;
  prototype.addWeight = function (name, shape, ...rest) {
    left -= tf.util.sizeFromShape([...shape]);
    if (!(left >= 0)) {
      throw weightsError(where, `layers with ${values} weights, as stored`, 'larger ones');
    }
    this.fastWeightInitDuringBuild = true;
    return addWeight.call(this, name, shape, ...rest);
  };
  try {
    return build();
  } finally {
    prototype.addWeight = addWeight;
  }
}

type Reference = readonly [layer: string, node: number, ...rest: unknown[]];

/** Throws if a layer of a graph waits for a node that never comes, on which tfjs waits forever. */
function checkGraph(where: string, model: unknown): void {
  if (!isObject(model)) return; // tfjs says what is wrong
  const { class_name: kind, config } = model;
  const layers = isObject(config) ? config['layers'] : config;
  if (!Array.isArray(layers)) return;
  for (const layer of layers) checkGraph(where, layer);
  if (kind === 'Sequential') return;
  const nodes = new Map<string, number>();
  const waiting: { name: string; node: readonly Reference[] }[] = [];
  for (const layer of layers) {
    const [name, ownName, inbound] = [layer?.name, layer?.config?.name, layer?.inbound_nodes];
    const wellFormed = typeof name === 'string' && name === ownName && Array.isArray(inbound) && inbound.every(isNode);
    if (!wellFormed || nodes.has(name)) {
      throw weightsError(where, 'layers of distinct names with inbound nodes', describe(layer));
    }
    const isInput = layer.class_name === 'InputLayer' || Array.isArray(layer.config.layers);
    nodes.set(name, isInput ? 1 : 0);
    waiting.push(...inbound.map((node) => ({ name, node })));
  }
  for (let stuck = 0; stuck < waiting.length;) {
    const { name, node } = waiting.shift()!;
    if (node.every(([layer, index]) => index < (nodes.get(layer) ?? 0))) {
      nodes.set(name, nodes.get(name)! + 1);
      stuck = 0;
    } else {
      waiting.push({ name, node });
      stuck++;
    }
  }
  if (waiting.length === 0) return;
  const received = `one of '${waiting[0]!.name}' from ${JSON.stringify(waiting[0]!.node).slice(0, 80)}`;
  throw weightsError(where, 'inbound nodes from layers that come before', received);
}

function isNode(node: unknown): node is readonly Reference[] {
  return (
    Array.isArray(node) &&
    node.every((each) => Array.isArray(each) && typeof each[0] === 'string' && Number.isSafeInteger(each[1]))
  );
}
