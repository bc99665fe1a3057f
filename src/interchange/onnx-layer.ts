import type * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import type { OnnxGraph, Sizes, Value } from './onnx-graph';

/** A layer of tfjs at one of its uses, as its conversion needs it. */
export interface LayerUse {
  /** Its class. */
  readonly className: string;
  /** Its name. */
  readonly name: string;
  /** What its `getConfig()` gives. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Its weights in the order of `getWeights()`; borrowed. */
  readonly weights: readonly tf.Tensor[];
  /** Shape of what it gives. */
  readonly outputShape: Sizes;
}

/** Adds a layer to the graph and gives its value, whose shape need not be right yet. */
export type Converter = (graph: OnnxGraph, inputs: readonly Value[], layer: LayerUse) => Value;

/** Throws that a layer cannot be expressed, before anything is made. */
export function unsupported(layer: LayerUse, expected: string, received: string): never {
  throw inputError(
    `exportOnnx: layer "${layer.name}"`,
    expected,
    received,
    'Replace the layer, or export to Keras and convert from there.',
  );
}
