import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { checkValues } from '../../src/image/range';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

async function check(values: number[]): Promise<unknown> {
  const images = tf.tensor4d(values, [1, 1, values.length, 1]);
  const before = tf.memory().numTensors;
  try {
    return await within('classify', () => checkValues(images)).catch((error: unknown) => error);
  } finally {
    expect(tf.memory().numTensors).toBe(before);
    images.dispose();
  }
}

describeOn(BACKENDS, 'checkValues', () => {
  expectNoLeaks();

  it.each([
    { what: 'the whole range', values: [0, 127.5, 255] },
    { what: 'what rounds to a byte', values: [-0.4, 255.4] },
    { what: 'a black picture', values: [0, 0, 0] },
    { what: 'a very dark picture of bytes', values: [0, 1, 1, 0] },
    { what: 'a dark picture that was resized', values: [0.2, 1.4] },
  ])('lets pass $what', async ({ values }) => {
    expect(await check(values)).toBeUndefined();
  });

  it.each([
    { what: 'NaN', values: [0, Number.NaN, 9], message: /received NaN or infinite values/ },
    { what: 'infinity', values: [0, Number.POSITIVE_INFINITY], message: /received NaN or infinite values/ },
    { what: 'minus infinity', values: [Number.NEGATIVE_INFINITY, 4], message: /received NaN or infinite values/ },
    { what: '16-bit values', values: [0, 65535], message: /received values in 0\.\.65535/ },
    { what: 'normalised values', values: [-2, 1.5], message: /received values in -2\.\.1\.5\. .*without normalizing/ },
    { what: 'values scaled to 0..1', values: [0, 0.25, 1], message: /received values in 0\.\.1\. Multiply.*by 255/ },
  ])('refuses $what', async ({ values, message }) => {
    const error = await check(values);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toHaveProperty('message', expect.stringMatching(message));
  });
});
