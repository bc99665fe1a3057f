import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError } from '../errors';
import { isModel } from '../tfjs/layers';

type Layer = tfl.layers.Layer;

/** The dense layer that turns a model's vector into its outputs. */
export interface DenseHead {
  /** The layer, `[n, size]` → `[n, classes]`. */
  readonly dense: Layer;
  /** The layers after it, which only apply an activation; usually none. */
  readonly activations: readonly Layer[];
  /** All of these. */
  readonly layers: readonly Layer[];
  /** The nested models that contain it, the outer ones first; usually none. */
  readonly parents: readonly tfl.LayersModel[];
  /** The length of the vector. */
  readonly size: number;
}

/**
 * Finds the head of a model.
 *
 * @param model A model with one output `[n, classes]`; borrowed.
 * @throws {@link InputError} if the model does not end in a dense layer.
 */
export function denseHeadOf(model: tfl.LayersModel): DenseHead {
  const activations: Layer[] = [];
  const parents: tfl.LayersModel[] = [];
  let layer = model.outputs[0]!.sourceLayer as Layer;
  for (;;) {
    const kind = layer.getClassName();
    const [node, other] = layer.inboundNodes;
    const before = node?.inboundLayers;
    if (isModel(layer)) {
      parents.push(layer);
      layer = layer.outputs[0]!.sourceLayer;
    } else if (!other && /^Activation$|^Softmax$/.test(kind) && before?.length === 1) {
      activations.push(layer);
      layer = before[0]!;
    } else if (!other && kind === 'Dense' && layer.outputShape.length === 2) {
      const size = layer.weights[0]!.shape[0]!;
      return { dense: layer, activations, layers: [layer, ...activations], parents, size };
    } else {
      throw inputError('', 'a model that ends in a dense layer', `'${model.name}' with ${kind}`);
    }
  }
}
