import { weightsError } from '../errors';
import { describe, isObject } from '../validate';

type Reference = readonly [layer: string, node: number, ...rest: unknown[]];

/** Maximum depth of models inside models. */
const MAX_DEPTH = 32;

/** Maximum number of looks that tfjs takes at layers; it goes through all of them again for those that come before one that they need. */
const MAX_LOOKS = 1_000_000;

/** One call of a layer. */
interface Call {
  readonly name: string;
  readonly node: readonly Reference[];
  /** How many of the outputs that it needs are not there yet. */
  missing: number;
  /** The pass through all layers in which tfjs makes it. */
  pass: number;
}

/**
 * Throws if a layer of a graph waits for a node that never comes, on which tfjs waits forever, or comes far too late. Takes time in
 * proportion to the size of the topology.
 *
 * @param model The topology of a model, not looked at so far.
 * @param depth How many models it is in.
 */
export function checkGraph(model: unknown, depth = 0): void {
  if (!isObject(model)) return; // tfjs says what is wrong
  const { class_name: kind, config } = model;
  const layers = isObject(config) ? config['layers'] : config;
  if (!Array.isArray(layers)) return;
  if (depth > MAX_DEPTH) throw weightsError('', `models nested at most ${MAX_DEPTH} deep`, 'deeper ones');
  for (const layer of layers) checkGraph(layer, depth + 1);
  if (kind === 'Sequential') return;
  const passes = new Map<string, number[]>(); // by layer, for each output that is there
  const positions = new Map<string, number>();
  const calls: Call[] = [];
  for (const layer of layers) {
    const [name, ownName, inbound] = [layer?.name, layer?.config?.name, layer?.inbound_nodes];
    const wellFormed = typeof name === 'string' && name === ownName && Array.isArray(inbound) && inbound.every(isNode);
    if (!wellFormed || passes.has(name)) {
      throw weightsError('', 'layers of distinct names with inbound nodes', describe(layer));
    }
    const isInput = layer.class_name === 'InputLayer' || Array.isArray(layer.config.layers);
    passes.set(name, isInput ? [0] : []); // is there before the first pass
    positions.set(name, positions.size);
    calls.push(...inbound.map((node) => ({ name, node, missing: 0, pass: 1 })));
  }
  const stuck = runCalls(calls, passes, positions);
  if (stuck) {
    const received = `one of '${stuck.name}' from ${JSON.stringify(stuck.node).slice(0, 80)}`;
    throw weightsError('', 'inbound nodes from layers that come before', received);
  }
  const last = calls.reduce((most, { pass }) => Math.max(most, pass), 1);
  if (last * layers.length <= MAX_LOOKS) return;
  throw weightsError('', 'layers after those that they need', `${layers.length} layers in an order of ${last} passes`);
}

/** Makes all calls that can be made, each as soon as its inputs are there; returns one that cannot. */
function runCalls(
  calls: readonly Call[],
  passes: ReadonlyMap<string, number[]>,
  positions: ReadonlyMap<string, number>,
): Call | undefined {
  const waiting = new Map<string, Call[]>(); // by layer and number of its output
  const ready: Call[] = [];
  for (const call of calls) {
    for (const [layer, index] of call.node) {
      if (index < (passes.get(layer)?.length ?? 0)) continue;
      call.missing++;
      const key = `${index} ${layer}`;
      const others = waiting.get(key);
      if (others) others.push(call);
      else waiting.set(key, [call]);
    }
    if (call.missing === 0) ready.push(call);
  }
  for (const call of ready) {
    const position = positions.get(call.name)!;
    for (const [layer, index] of call.node) {
      const pass = passes.get(layer)![index] ?? 1; // an index below 0 is left to tfjs
      call.pass = Math.max(call.pass, positions.get(layer)! > position ? pass + 1 : pass);
    }
    const outputs = passes.get(call.name)!;
    for (const other of waiting.get(`${outputs.length} ${call.name}`) ?? []) {
      if (--other.missing === 0) ready.push(other);
    }
    outputs.push(call.pass);
  }
  return calls.find(({ missing }) => missing > 0);
}

function isNode(node: unknown): node is readonly Reference[] {
  return (
    Array.isArray(node) &&
    node.every((each) => Array.isArray(each) && typeof each[0] === 'string' && Number.isSafeInteger(each[1]))
  );
}
