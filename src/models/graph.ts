import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

type Layer = tfl.layers.Layer;

/** The layers of a model and of the models that are layers of it, in the order of the model. */
export function allLayers(layers: readonly Layer[]): Layer[] {
  return layers.flatMap((layer) => [layer, ...allLayers((layer as { layers?: Layer[] }).layers ?? [])]);
}

/** The one layer of a model that reads a layer's output; undefined if others do too, or the output is the model's. */
export function onlyConsumer(model: tfl.LayersModel, layer: Layer): Layer | undefined {
  if (layer.inboundNodes.length !== 1 || layer.outboundNodes.length !== 1) return undefined;
  if (model.outputs.some(({ sourceLayer }) => sourceLayer === layer)) return undefined;
  const consumer = layer.outboundNodes[0]!.outboundLayer;
  return consumer.inboundNodes.length === 1 && model.layers.includes(consumer) ? consumer : undefined;
}

/** A layer's `call`, which tfjs-layers does not show. */
export type Call = (inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) => tf.Tensor;

/**
 * Puts a function in the place of a layer's `call`.
 *
 * @param make Gives the function from the one that is there.
 * @returns What puts the layer back.
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

/** The only input of a layer's `call`, which gets a tensor or a list of one. */
export const onlyInput = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs);

/** Whether a batch norm normalises the last axis. */
export function normalisesLastAxis(layer: Layer): boolean {
  const { axis } = layer as unknown as { axis: number | readonly number[] };
  return axis === -1 || axis === (layer.outputShape as tfl.Shape).length - 1;
}
