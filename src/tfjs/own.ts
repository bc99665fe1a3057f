import * as tf from '@tensorflow/tfjs-core';
import { DisposedError, inputError } from '../errors';

/** What to do about a tensor or model that this copy of tfjs does not know. */
const REMEDY =
  'In Vue, keep it in markRaw(x) or shallowRef(x), not in ref(x) or reactive(x). Else see npm ls @tensorflow/tfjs-core.';

/**
 * Throws unless a tensor belongs to the tfjs that this package imports: one behind a reactive wrapper, a `Proxy`, does not, since tfjs knows
 * tensors by the identity of their data.
 */
export function checkOwnTensor({ dataId }: tf.Tensor): void {
  if (isOwn(dataId)) return;
  const received = 'one inside a reactive wrapper, or of another copy of tfjs';
  throw inputError('', 'a tensor of the @tensorflow/tfjs-core that fer-cnn imports', received, REMEDY);
}

/**
 * Throws unless the weights of a model are in use, and belong to the tfjs that this package imports.
 *
 * @param weights Weights of the model, as its `weights`.
 */
export function checkOwnWeights(weights: readonly { read(): tf.Tensor }[]): void {
  let values: tf.Tensor[];
  try {
    values = weights.map((weight) => weight.read());
  } catch {
    throw new DisposedError('', 'a model', 'Load it again.');
  }
  if (values.every(({ dataId }) => isOwn(dataId))) return;
  const received = 'one inside a reactive wrapper, or of another copy of tfjs';
  throw inputError('', 'a model of the @tensorflow/tfjs-core that fer-cnn imports', received, REMEDY);
}

const isOwn = (dataId: object): boolean => tf.engine().state.tensorInfo.has(dataId);
