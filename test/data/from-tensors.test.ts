import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { UNLABELED } from '../../src/data/batches';
import { fromTensors } from '../../src/data/from-tensors';
import { InputError } from '../../src/errors';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

const ONE_HOT = [0, 0, 1, 1, 0, 0];

/** Runs `use` on tensors and disposes of them. */
async function convert(
  pixels: number[],
  targets: number[],
  { channels = 1, dtype = 'float32' as 'float32' | 'int32' } = {},
) {
  const xs = tf.tensor4d(pixels, [2, 1, pixels.length / channels / 2, channels], dtype);
  const ys = tf.tensor2d(targets, [2, targets.length / 2]);
  try {
    return await fromTensors(xs, ys);
  } finally {
    tf.dispose([xs, ys]);
  }
}

describeOn(BACKENDS, 'fromTensors', () => {
  expectNoLeaks();

  it.each(['float32', 'int32'] as const)(
    'makes bytes of whole numbers (%s) and labels of one-hot rows',
    async (dtype) => {
      const data = await convert([0, 1, 254, 255], ONE_HOT, { dtype });
      expect(data.images).toEqual(Uint8Array.of(0, 1, 254, 255));
      expect(data.labels).toEqual(Uint8Array.of(2, 0));
      expect(data.targets).toBeUndefined();
      expect(data).toMatchObject({ size: 2, height: 1, width: 2, channels: 1, numClasses: 3 });
    },
  );

  it('keeps fractions and colors', async () => {
    const data = await convert([0.5, 20, 30, 40, 50, 255], ONE_HOT, { channels: 3 });
    expect(data.images).toEqual(Float32Array.of(0.5, 20, 30, 40, 50, 255));
    expect(data).toMatchObject({ width: 1, channels: 3 });
  });

  it('keeps soft targets and labels an image by its highest target', async () => {
    const data = await convert([1, 2, 3, 4], [0.25, 0.5, 0.25, 1, 0, 0]);
    expect(data.targets).toEqual(Float32Array.of(0.25, 0.5, 0.25, 1, 0, 0));
    expect(data.labels).toEqual(Uint8Array.of(1, 0));
  });

  it('treats a row of zeros as an unknown class', async () => {
    const data = await convert([1, 2, 3, 4], [0, 0, 0, 0, 1, 0]);
    expect(data.labels).toEqual(Uint8Array.of(UNLABELED, 1));
    expect(data.targets).toBeUndefined();
  });
});

describeOn(['cpu'], 'fromTensors, whatever the backend', () => {
  expectNoLeaks();

  it('copies the values, so that later changes do not reach them', async () => {
    const values = Float32Array.of(0.5, 100);
    const xs = tf.tensor4d(values, [2, 1, 1, 1]);
    const ys = tf.ones<tf.Rank.R2>([2, 1]);
    const data = await fromTensors(xs, ys);
    tf.dispose([xs, ys]);
    values[1] = 0;
    expect(data.images).toEqual(Float32Array.of(0.5, 100));
  });

  it('refuses values and shapes that it cannot read', async () => {
    const refused = async (run: Promise<unknown>, message: string) => {
      await expect(run).rejects.toThrow(InputError);
      await expect(run).rejects.toThrow(message);
    };
    await refused(convert([0.5, 1, 0, 0], ONE_HOT), 'Multiply images in 0..1 by 255');
    await refused(convert([-1, 1, 0, 0], ONE_HOT), 'values in 0..255, received -1');
    await refused(convert([NaN, 1, 0, 0], ONE_HOT), 'received NaN');
    await refused(convert([1, 2, 3, 256], ONE_HOT), 'received 256');
    await refused(
      convert([1, 2, 3, 4], ONE_HOT, { channels: 2 }),
      'fromTensors: xs: expected 1, 3 or 4 channels, received 2',
    );
    await refused(convert([1, 2, 3, 4], [0, 0, 1, 1, 1, 0]), 'ys, row 1');
    await refused(convert([1, 2, 3, 4], [0, 0, 1, 2, -1, 0]), 'ys, row 1');
    const [xs, ys] = [tf.zeros<tf.Rank.R4>([2, 1, 1, 1]), tf.zeros<tf.Rank.R2>([3, 2])];
    await refused(fromTensors(xs, ys), 'the shape [2, numClasses]');
    await refused(
      fromTensors(ys as never, ys),
      'fromTensors: xs: expected a tensor [n, h, w, c], received one of shape [3, 2]',
    );
    tf.dispose([xs, ys]);
    await refused(fromTensors(xs, ys), 'a disposed one');
    await refused(fromTensors(undefined as never, ys), 'received undefined');
  });
});
