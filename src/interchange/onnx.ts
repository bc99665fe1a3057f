import type * as tfl from '@tensorflow/tfjs-layers';
import { within } from '../errors';
import { checkModel } from '../models/facts';
import { integer, object, oneOf, optional, type Schema, unchecked } from '../schema';
import type { OnnxOptions } from './onnx-model';

export type { OnnxOptions } from './onnx-model';

const OLDEST_OPSET = 13; // Softmax over one axis, and the forms of Pad and Clip used until today
const NEWEST_OPSET = 21;

const parse = object({
  card: unchecked<OnnxOptions['card']>,
  input: optional(oneOf(['preprocessed', 'float32', 'uint8']), 'preprocessed'),
  opset: optional(integer({ min: OLDEST_OPSET, max: NEWEST_OPSET }), 17),
} satisfies Schema<OnnxOptions>);

/**
 * Exports a model to ONNX, for ONNX Runtime and other programs that read the format.
 *
 * Input and output keep their axes and names: [N, 48, 48, 1] to [N, 7] for the models of this package, where N is any number of images.
 * What acts in training only, such as dropout, is left out. Outputs equal `model.predict` within 1e-5. The graph has metadata (`metadata_props`)
 * with the `input` option, and of a card its `classNames`, `preprocessing` and the whole `card`, each as JSON.
 *
 * Layers that are known: convolutions (depthwise and separable too), dense layers, batch norm, the usual activations, pooling, global pooling,
 * zero padding, flattening, reshaping, adding, multiplying and concatenating, in sequence, in branches, shared, or as models within the model.
 *
 * @param model A model with weights; borrowed.
 * @param options The card, what the graph takes, and the version of the operators.
 * @returns The bytes of an `.onnx` file, float32; about four for each parameter.
 * @throws InputError that names the layer which cannot be expressed, or the option that is unknown or out of range; before anything is
 *   computed.
 * @throws WeightsError if a note on the card is not valid.
 * @throws BackendError if no tfjs backend is registered.
 * @example
 * ```ts
 * const { model, card } = await loadModel('shallow');
 * await writeFile('shallow.onnx', await exportOnnx(model, { card, input: 'uint8' }));
 * // Python: onnxruntime.InferenceSession('shallow.onnx').run(None, {'image': pixels}), pixels uint8 [n, 48, 48, 1]
 * ```
 */
export async function exportOnnx(model: tfl.LayersModel, options: OnnxOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const parsed = parse('exportOnnx: options', options);
  within('exportOnnx: model', () => checkModel(model));
  const { onnxOf } = await import('./onnx-model');
  return within('exportOnnx', () => onnxOf(model, parsed));
}
