import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError } from '../errors';

type Layer = tfl.layers.Layer;

/** The dense layer that turns a model's vector into its outputs. */
export interface DenseHead {
  /** The layer, `[n, size]` → `[n, classes]`. */
  readonly dense: Layer;
  /** The layers after it, which only apply an activation; usually none. */
  readonly activations: readonly Layer[];
  /** The nested models that contain it, the outer ones first; usually none. */
  readonly parents: readonly tfl.LayersModel[];
  /** The length of the vector. */
  readonly size: number;
}

/**
 * Finds the head of a model.
 *
 * @param where The function that was called, for the message.
 * @param model A model with one output `[n, classes]`; borrowed.
 * @returns The head.
 * @throws {@link InputError} if the model does not end in a dense layer.
 */
export function denseHeadOf(where: string, model: tfl.LayersModel): DenseHead {
  const activations: Layer[] = [];
  const parents: tfl.LayersModel[] = [];
  let layer = model.outputs[0]!.sourceLayer as Layer;
  for (;;) {
    const kind = layer.getClassName();
    const before = layer.inboundNodes[0]?.inboundLayers;
    if ('outputs' in layer) {
      parents.push(layer as tfl.LayersModel);
      layer = (layer as tfl.LayersModel).outputs[0]!.sourceLayer;
    } else if (['Activation', 'Softmax'].includes(kind) && layer.inboundNodes.length === 1 && before?.length === 1) {
      activations.push(layer);
      layer = before[0]!;
    } else {
      const { inputSpec } = layer as unknown as { inputSpec?: readonly { axes?: Record<number, number> }[] };
      const size = inputSpec?.[0]?.axes?.[-1];
      const isHead = kind === 'Dense' && layer.inboundNodes.length === 1 && (layer.outputShape as tfl.Shape).length === 2;
      if (isHead && size !== undefined) return { dense: layer, activations, parents, size };
      const remedy = 'Its vector is the input of the dense layer that computes the classes.';
      throw inputError(`${where}: model`, 'a model that ends in a dense layer', `'${model.name}' with ${kind}`, remedy);
    }
  }
}
