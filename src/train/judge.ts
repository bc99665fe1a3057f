import * as tf from '@tensorflow/tfjs-core';
import { oneHot } from '../data/rows';
import { predict } from '../evaluate/predict';
import { logitsFrom } from '../models/logits';
import { createBatchLoss } from './losses';
import type { EpochRecord } from './options';
import type { Session } from './session';
import { countCorrect } from './step';

/** Loss and accuracy of the weights that are judged on the validation data; empty without such data. */
export async function judge(session: Session): Promise<Pick<EpochRecord, 'valLoss' | 'valAccuracy'>> {
  const { model, preprocessing, options, validation } = session;
  if (!validation) return {};
  const signal = options.signal && { signal: options.signal };
  const outputs = await session.tensors.whileJudged(() => predict(model, validation, { preprocessing, ...signal }));
  const { labels, size, numClasses } = validation;
  const targets = validation.targets ?? oneHot(labels, numClasses);
  const { type = 'categoricalCrossentropy', gamma = 2 } = options.loss ?? {};
  const loss = tf.tidy(() => {
    const logits = logitsFrom(model, tf.tensor2d(outputs, [size, numClasses]));
    return createBatchLoss({ type, gamma }, numClasses)(logits, tf.tensor2d(targets, [size, numClasses]));
  });
  try {
    const [valLoss] = await loss.data();
    return { valLoss: valLoss!, valAccuracy: countCorrect(outputs, { targets, numClasses }) / size };
  } finally {
    loss.dispose();
  }
}
