import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

type Layer = tfl.layers.Layer;
type Weight = { read(): tf.Tensor; write(value: tf.Tensor): unknown };

/** The members of layers that tfjs-layers does not export. */
export interface LayerInternals {
  activation: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor };
  kernel: Weight;
  bias: Weight | null | undefined;
  strides: [number, number];
  padding: 'same' | 'valid';
  dilationRate: [number, number];
  dataFormat: string;
  poolSize: [number, number];
  rate: number;
  getNoiseShape(input: tf.Tensor): number[] | null | undefined;
  axis: number | readonly number[];
  epsilon: number;
  momentum: number;
  gamma: Weight | null | undefined;
  beta: Weight | null | undefined;
  movingMean: Weight;
  movingVariance: Weight;
}

/** A layer with the members that its class has. */
export const internals = (layer: Layer) => layer as Layer & LayerInternals;

/** Whether a layer is a nested model. */
export const isModel = (layer: Layer): layer is tfl.LayersModel =>
  Array.isArray((layer as Partial<tfl.LayersModel>).layers);

/** All layers of a model in order, including those of nested models. */
export function allLayers(layers: readonly Layer[]): Layer[] {
  return layers.flatMap((layer) => (isModel(layer) ? [layer, ...allLayers(layer.layers)] : layer));
}

/** The only layer that uses a layer's output; undefined if there are several, or it is an output of the model. */
export function onlyConsumer(model: tfl.LayersModel, layer: Layer): Layer | undefined {
  if (layer.inboundNodes.length !== 1 || layer.outboundNodes.length !== 1) return undefined;
  if (model.outputs.some(({ sourceLayer }) => sourceLayer === layer)) return undefined;
  const consumer = layer.outboundNodes[0]!.outboundLayer;
  return consumer.inboundNodes.length === 1 && model.layers.includes(consumer) ? consumer : undefined;
}

/** A layer's `call`, for layers of one output. */
export type Call = (inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) => tf.Tensor;

/**
 * Replaces a layer's `call`.
 *
 * @param make Creates the new function from the original one.
 * @returns A function that restores the layer.
 */
export function replaceCall(layer: Layer, make: (before: Call) => Call): () => void {
  const own = layer as { call: Call };
  const [before, isOwn] = [own.call, Object.hasOwn(own, 'call')];
  own.call = make((inputs, kwargs) => before.call(layer, inputs, kwargs));
  return () => {
    if (isOwn) own.call = before;
    else Reflect.deleteProperty(own, 'call');
  };
}

/** The only input of a layer's `call`, which receives a tensor or an array of one. */
export const onlyInput = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs);

/** Whether a batch norm normalizes the last axis. */
export function normalizesLastAxis(layer: Layer): boolean {
  const { axis } = internals(layer);
  return axis === -1 || axis === (layer.outputShape as tfl.Shape).length - 1;
}

/** A layer or a model, as `model.json` has it. */
export interface Topology extends Record<string, unknown> {
  class_name?: string;
  config: { [key: string]: unknown; name: string; layers?: Topology[] };
}

/** The topology of a model, as `model.json` has it. */
export const topologyOf = (model: tfl.LayersModel) => model.toJSON(null, false) as unknown as Topology;
