import * as tf from '@tensorflow/tfjs-core';
import { activate } from '../../src/cli/backend';
import { race, timed } from '../support/measure';
import { availableBackends } from '../support/networks';
import type { Bench } from '../support/section';

const SIZE = { tensorflow: 1536, wasm: 768, cpu: 192 } as const;

/** What each backend makes of a product of square matrices: the yardstick for the other tables. */
export const product: Bench = {
  name: 'product',
  async *run(context) {
    for (const backend of await availableBackends()) {
      const size = SIZE[backend as keyof typeof SIZE];
      await activate(backend);
      const [a, b] = [tf.randomNormal<tf.Rank.R2>([size, size]), tf.randomNormal<tf.Rank.R2>([size, size])];
      const measure = () =>
        timed(async () => {
          const result = tf.matMul(a, b);
          await result.data();
          result.dispose();
        });
      const name = `${size}×${size} by ${size}×${size}`;
      const close = () => tf.dispose([a, b]);
      yield await race(`Matrix product on ${backend}`, [{ name, measure, close, flop: 2 * size ** 3 }], {
        ...context,
        rounds: Math.max(context.rounds, 9),
      });
    }
  },
};
