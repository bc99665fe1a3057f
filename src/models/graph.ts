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
