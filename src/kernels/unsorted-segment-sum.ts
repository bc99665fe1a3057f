import * as tf from '@tensorflow/tfjs-core';

/**
 * Sums rows by their segment. This is the gradient of `tf.gather`.
 *
 * @param x `[...ids, ...rest]` float32; borrowed.
 * @param segmentIds The segment of each row, any shape int32; rows outside `0..numSegments - 1` are ignored; borrowed.
 * @returns `[numSegments, ...rest]` float32; owned by the caller.
 */
export function unsortedSegmentSum(x: tf.Tensor, segmentIds: tf.Tensor, numSegments: number): tf.Tensor {
  const rest = x.shape.slice(segmentIds.rank);
  return tf.tidy(() => {
    const known = tf.logicalAnd(tf.greaterEqual(segmentIds, 0), tf.less(segmentIds, numSegments));
    const ids = tf.where(known, segmentIds, tf.scalar(numSegments, 'int32')); // ignored rows go to an extra row
    const indices = tf.reshape(tf.cast(ids, 'int32'), [segmentIds.size, 1]);
    const sums = tf.scatterND(indices, tf.reshape(x, [segmentIds.size, ...rest]), [numSegments + 1, ...rest]);
    return tf.slice(sums, 0, numSegments);
  });
}
