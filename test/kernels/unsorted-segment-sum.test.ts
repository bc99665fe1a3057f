import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { unsortedSegmentSum } from '../../src/kernels/unsorted-segment-sum';
import { describeOn, expectNoLeaks } from '../support/backends';

const ROWS = [1, 2, 3, 4, 5, 6, 7, 8];

function sums(ids: number[], shape: number[] = [ids.length]): number[][] {
  return tf.tidy(() => {
    const x = tf.tensor(ROWS, [...shape, 2]);
    return unsortedSegmentSum(x, tf.tensor(ids, shape, 'int32'), 3).arraySync() as number[][];
  });
}

describeOn(['cpu', 'wasm'], 'unsortedSegmentSum', () => {
  expectNoLeaks();

  it('sums the rows of each segment, and returns zeros for empty segments', () => {
    expect(sums([2, 0, 2, 2])).toEqual([[3, 4], [0, 0], [1 + 5 + 7, 2 + 6 + 8]]); // prettier-ignore
  });

  it('takes segments of any shape', () => {
    expect(sums([2, 0, 2, 2], [2, 2])).toEqual(sums([2, 0, 2, 2]));
  });

  it('ignores rows outside of the segments', () => {
    expect(sums([-1, 0, 3, 1])).toEqual([[3, 4], [7, 8], [0, 0]]); // prettier-ignore
  });

  it("equals the CPU backend's kernel and finite differences of tf.gather", () => {
    tf.tidy(() => {
      const ids = tf.tensor1d([2, 0, 2, 2], 'int32');
      const dy = tf.tensor2d(ROWS, [4, 2]);
      const ours = unsortedSegmentSum(dy, ids, 3).dataSync();
      if (tf.getBackend() === 'cpu') expect(ours).toEqual(tf.unsortedSegmentSum(dy, ids, 3).dataSync());
      const loss = (x: tf.Tensor) => tf.sum(tf.mul(tf.gather(x, ids), dy)).dataSync()[0]!;
      const moved = (i: number) => tf.tensor2d(Array.from({ length: 6 }, (_, k) => Number(k === i)), [3, 2]); // prettier-ignore
      expect(ours).toBeAllClose(
        Array.from({ length: 6 }, (_, i) => loss(moved(i)) - loss(moved(-1))),
        { atol: 0 },
      );
    });
  });
});
