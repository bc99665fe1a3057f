import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';

/** What to do about a tensor or model that this copy of tfjs does not know. */
const REMEDY =
  'In Vue, keep it in markRaw(x) or shallowRef(x), not in ref(x) or reactive(x). Elsewhere see npm ls @tensorflow/tfjs-core.';

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
 * Throws unless the weights of a model belong to the tfjs that this package imports. A model that was disposed of passes.
 *
 * @param weights Weights of the model, as its `weights`.
 */
export function checkOwnWeights(weights: readonly { read(): tf.Tensor }[]): void {
  let first: tf.Tensor | undefined;
  try {
    first = weights[0]?.read();
  } catch {
    return;
  }
  if (first === undefined || isOwn(first.dataId)) return;
  const received = 'one inside a reactive wrapper, or of another copy of tfjs';
  throw inputError('', 'a model of the @tensorflow/tfjs-core that fer-cnn imports', received, REMEDY);
}

const isOwn = (dataId: object): boolean => tf.engine().state.tensorInfo.has(dataId);
