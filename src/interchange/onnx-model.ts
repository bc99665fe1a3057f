import { within } from '../errors';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ensureBackend } from '../backend/backend';
import type { CardDraft, ModelCard } from '../storage/card';
import { factsOf } from '../models/known-facts';
import { resolveCard } from '../storage/resolve-card';
import { type ElementType, type LayerUse, OnnxGraph, unsupported, type Value } from './onnx-graph';
import { CONVERTERS } from './onnx-layers';
import { field, integerField, join, type Parts, textField } from './protobuf';

/**
 * Options of `exportOnnx`.
 */
export interface OnnxOptions {
  /**
   * What is known about the model. It is stored as metadata, whole and by its class names and preprocessing, and tells how pixels are
   * normalized. Default: what the model knows.
   */
  card?: CardDraft | ModelCard | undefined;
  /**
   * What the graph takes: `'preprocessed'`, what `preprocess` gives and the model itself takes, or pixels 0..255 of the card's input size
   * as `'float32'` or `'uint8'`, which the graph then normalizes by the card's mean and standard deviation. Default `'preprocessed'`.
   */
  input?: 'preprocessed' | 'float32' | 'uint8' | undefined;
  /** Version of the standard operators, 13..21. Default 17, which ONNX Runtime reads from version 1.12 (2022) on. */
  opset?: number | undefined;
}

/** The options with their defaults. */
export type ResolvedOnnxOptions = { readonly [Key in 'input' | 'opset']: NonNullable<OnnxOptions[Key]> } & Pick<
  OnnxOptions,
  'card'
>;

type Card = Omit<ModelCard, 'weights'>;

/** A model as an ONNX file; see `exportOnnx`. Model and options are checked. */
export async function onnxOf(
  model: tfl.LayersModel,
  { card: given, input, opset }: ResolvedOnnxOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const card = cardOf(model, given, input);
  await ensureBackend('');
  const graph = new OnnxGraph();
  const values = model.inputs.map(({ shape, sourceLayer }): Value => ({
    name: graph.fresh(sourceLayer.name),
    shape,
    layout: 'channelsLast',
  }));
  const type = input === 'preprocessed' ? 'float32' : input;
  const known = new Map(
    values.map((value, i) => [
      model.inputs[i]!,
      input === 'preprocessed' ? value : normalized(graph, value, type, card!),
    ]),
  );
  const outputs = asOutputs(
    graph,
    model.outputs.map((output) => convert(graph, known, output)),
    values,
  );
  const encoded = await graph.encode(
    model.name,
    values.map((value) => ({ value, type })),
    outputs,
  );
  return join(encodeModel(encoded, opset, { input, ...metadataOf(card) }));
}

/** The card, given or known; none where nothing is known and nothing needs it. */
function cardOf(model: tfl.LayersModel, given: OnnxOptions['card'], input: string) {
  const isNeeded = given !== undefined || input !== 'preprocessed' || factsOf(model).classNames !== undefined;
  return isNeeded ? within(': card', () => resolveCard(model, given)) : undefined;
}

/** Pixels 0..255 → what the model takes, in the two operations of `preprocess`. */
function normalized(graph: OnnxGraph, pixels: Value, type: ElementType, { preprocessing }: Card): Value {
  graph.scope = 'preprocess';
  const { mean, std } = preprocessing;
  const numbers = type === 'float32' ? pixels.name : graph.node('Cast', [pixels.name], { to: 1 });
  const factor = graph.tensor('factor', () => tf.div(1 / 255, tf.tensor(std)));
  const offset = graph.tensor('offset', () => tf.div(tf.tensor(mean), tf.tensor(std)));
  return { ...pixels, name: graph.node('Sub', [graph.node('Mul', [numbers, factor]), offset]) };
}

type Known = Map<tfl.SymbolicTensor, Value>;

/** Converts the layers that a tensor of the model depends on, each once. */
function convert(graph: OnnxGraph, known: Known, symbolic: tfl.SymbolicTensor): Value {
  const found = known.get(symbolic);
  if (found) return found;
  const { sourceLayer: layer, nodeIndex, tensorIndex, shape } = symbolic;
  const inputs = layer.inboundNodes[nodeIndex]!.inputTensors.map((input) => convert(graph, known, input));
  let value: Value;
  if (layer instanceof tfl.LayersModel) {
    const inner: Known = new Map(layer.inputs.map((input, i) => [input, inputs[i]!]));
    value = convert(graph, inner, layer.outputs[tensorIndex ?? 0]!);
  } else {
    graph.scope = layer.name;
    const use: LayerUse = {
      className: layer.getClassName(),
      name: layer.name,
      config: layer.getConfig(),
      weights: layer.getWeights(),
      outputShape: shape,
    };
    const converter = CONVERTERS[use.className];
    if (!converter) unsupported(use, `one of the layers ${Object.keys(CONVERTERS).join(', ')}`, use.className);
    const { name, layout } = converter(graph, inputs, use);
    value = { name: graph.rename(name, layer.name), shape, layout };
  }
  known.set(symbolic, value);
  return value;
}

/** Values as outputs of the graph: channels last, each with a name of its own that no input has. */
function asOutputs(graph: OnnxGraph, values: readonly Value[], inputs: readonly Value[]): Value[] {
  const taken = new Set(inputs.map(({ name }) => name));
  graph.scope = 'output';
  return values.map((value) => {
    const last = graph.to('channelsLast', value);
    const own = taken.has(last.name) ? { ...last, name: graph.node('Identity', [last.name]) } : last;
    taken.add(own.name);
    return own;
  });
}

function metadataOf(card: Card | undefined): Record<string, string> {
  if (!card) return {};
  const { classNames, preprocessing } = card;
  const parts = Object.entries({ classNames, preprocessing, card });
  return Object.fromEntries(parts.map(([key, value]) => [key, JSON.stringify(value)]));
}

/** A `ModelProto`'s fields (onnx.proto). */
function encodeModel(graph: Parts, opset: number, metadata: Readonly<Record<string, string>>): Parts {
  const irVersion = opset < 19 ? 8 : opset < 21 ? 9 : 10; // the oldest that may carry these operators
  return [
    ...integerField(1, irVersion),
    ...textField(2, 'fer-cnn'),
    ...field(7, graph),
    ...field(8, textField(1, ''), integerField(2, opset)),
    ...Object.entries(metadata).flatMap(([key, value]) => field(14, textField(1, key), textField(2, value))),
  ];
}
