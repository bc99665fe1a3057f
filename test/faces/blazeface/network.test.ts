import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDetector } from '../../../src/faces/blazeface/network';
import { anchorsOf, type DetectorNetwork, INPUT_SIZE, VALUES } from '../../../src/faces/blazeface/shape';
import { BACKENDS, describeOn, expectNoLeaks } from '../../support/backends';
import golden from './golden.json' with { type: 'json' };

/** Waves of three colors, the same as in reference.py. */
function synthetic(): Float32Array {
  return Float32Array.from({ length: INPUT_SIZE * INPUT_SIZE * 3 }, (_, i) => {
    const [y, x, c] = [Math.floor(i / 3 / INPUT_SIZE), Math.floor(i / 3) % INPUT_SIZE, i % 3];
    return Math.sin(0.11 * x + 0.05 * y * (c + 1)) * Math.cos(0.07 * y - 0.02 * x * c);
  });
}

describeOn(BACKENDS, 'blazeFace', () => {
  let network: DetectorNetwork;

  expectNoLeaks();
  beforeAll(async () => {
    const source = await readDetector();
    await source.prepare();
    network = source.make();
  });
  afterAll(() => network.dispose());

  const run = (images: Float32Array, n: number) => {
    const output = tf.tidy(() => network.run(tf.tensor4d(images, [n, INPUT_SIZE, INPUT_SIZE, 3])));
    const values = output.dataSync<'float32'>();
    expect(output.shape).toEqual([n, anchorsOf(INPUT_SIZE, INPUT_SIZE), VALUES]);
    output.dispose();
    return values;
  };

  it('says what the TFLite interpreter says of the same input, within 1e-5 of the largest magnitude', () => {
    const values = run(synthetic(), 1);
    const error = { scores: 0, regressors: 0 };
    for (const [k, row] of golden.rows.entries()) {
      row.forEach((expected, j) => {
        const kind = j === 0 ? 'scores' : 'regressors';
        error[kind] = Math.max(error[kind], Math.abs(values[k * golden.every * VALUES + j]! - expected));
      });
    }
    expect(error.scores / golden.largest.scores).toBeLessThan(1e-5);
    expect(error.regressors / golden.largest.regressors).toBeLessThan(1e-5);
  });

  it('looks at each picture of a batch on its own', () => {
    const [one, other] = [synthetic(), synthetic().map((value) => -value)];
    const both = run(Float32Array.of(...one, ...other), 2);
    const apart = Float32Array.of(...run(one, 1), ...run(other, 1));
    const error = both.reduce((most, value, i) => Math.max(most, Math.abs(value - apart[i]!)), 0);
    expect(error).toBeLessThan(1e-5 * golden.largest.regressors);
  });
});
