import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

type Layer = tfl.layers.Layer;

/** All layers of a model in order, including those of nested models. */
export function allLayers(layers: readonly Layer[]): Layer[] {
  return layers.flatMap((layer) => [layer, ...allLayers((layer as { layers?: Layer[] }).layers ?? [])]);
}

/** The only layer that uses a layer's output; undefined if there are several, or it is an output of the model. */
export function onlyConsumer(model: tfl.LayersModel, layer: Layer): Layer | undefined {
  if (layer.inboundNodes.length !== 1 || layer.outboundNodes.length !== 1) return undefined;
  if (model.outputs.some(({ sourceLayer }) => sourceLayer === layer)) return undefined;
  const consumer = layer.outboundNodes[0]!.outboundLayer;
  return consumer.inboundNodes.length === 1 && model.layers.includes(consumer) ? consumer : undefined;
}

/** A layer's `call`, which tfjs-layers does not export. */
export type Call = (inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) => tf.Tensor;

/**
 * Replaces a layer's `call`.
 *
 * @param make Creates the new function from the original one.
 * @returns A function that restores the layer.
 */
export function replaceCall(layer: Layer, make: (before: Call) => Call): () => void {
  const own = layer as unknown as { call: Call };
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
export function normalisesLastAxis(layer: Layer): boolean {
  const { axis } = layer as unknown as { axis: number | readonly number[] };
  return axis === -1 || axis === (layer.outputShape as tfl.Shape).length - 1;
}
