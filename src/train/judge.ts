import * as tf from '@tensorflow/tfjs-core';
import { UNLABELED } from '../data/batches';
import { predict } from '../evaluate/predict';
import { argmaxRows } from '../metrics/probability';
import { createBatchLoss } from './losses';
import type { EpochRecord } from './options';
import type { Session } from './session';

/** Loss and accuracy of the weights that are judged on the validation data; empty without such data. */
export async function judge(session: Session): Promise<Pick<EpochRecord, 'valLoss' | 'valAccuracy'>> {
  const { model, preprocessing, options, validation } = session;
  if (!validation) return {};
  const signal = options.signal && { signal: options.signal };
  const outputs = await session.tensors.whileJudged(() => predict(model, validation, { preprocessing, ...signal }));
  const { labels, size, numClasses } = validation;
  const wanted = validation.targets ?? oneHot(labels, numClasses);
  const type = options.loss?.type ?? 'categoricalCrossentropy';
  const loss = tf.tidy(() => {
    const logits = tf.log<tf.Tensor2D>(tf.clipByValue(tf.tensor2d(outputs, [size, numClasses]), 1e-7, 1));
    return createBatchLoss({ type }, numClasses)(logits, tf.tensor2d(wanted, [size, numClasses]));
  });
  try {
    const [valLoss] = await loss.data();
    return {
      valLoss: valLoss!,
      valAccuracy: agreement(argmaxRows(outputs, numClasses), argmaxRows(wanted, numClasses)),
    };
  } finally {
    loss.dispose();
  }
}

function oneHot(labels: Uint8Array, numClasses: number): Float32Array {
  const rows = new Float32Array(labels.length * numClasses);
  labels.forEach((label, i) => {
    if (label !== UNLABELED) rows[i * numClasses + label] = 1;
  });
  return rows;
}

/** Share of positions at which both lists are the same. */
function agreement(a: readonly number[], b: readonly number[]): number {
  return a.filter((value, i) => value === b[i]).length / a.length;
}
