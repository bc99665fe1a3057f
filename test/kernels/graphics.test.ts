import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchNormInTraining } from '../../src/kernels/batch-norm';
import { maxPoolInTraining } from '../../src/kernels/max-pool';
import { useBackend } from '../support/backends';
import { bundlePage, CHROMIUM, HAS_CHROMIUM, serve } from '../support/browser';
import { actionsOf, type OpenSite, openSite } from '../support/open-site';
import { CASES, caseOf, differences, numbers, tensorsOf, weightedSum } from './geometries';
import type { actions, Given } from './graphics.page';

const TITLES = CASES.filter(({ strides }) => strides.every((stride) => stride === 1)).map(({ title }) => title);
const PATIENCE = 120_000; // shaders are compiled and run by the processor

const given = (tensor: tf.Tensor): Given => ({ shape: tensor.shape, values: Array.from(tensor.dataSync()) });

/** What is computed, without the tensors that it took. */
function tidied<T>(compute: () => T): T {
  let result!: T;
  tf.tidy(() => void (result = compute()));
  return result;
}

describe.skipIf(!HAS_CHROMIUM).each(['webgl', 'webgpu'])(
  `training kernels in Chromium on %s (skipped without ${CHROMIUM})`,
  (backend) => {
    let site: OpenSite;
    let page: Page;
    const inPage = actionsOf<typeof actions>(() => page);

    beforeAll(async () => {
      await useBackend('cpu');
      const program = fileURLToPath(new URL('graphics.page.ts', import.meta.url));
      site = await openSite(await serve(await bundlePage(program)));
      page = await site.open();
      expect(await inPage('use', backend)).toBe(backend);
    }, PATIENCE);

    afterAll(() => site?.close());

    it.each(TITLES)(
      "give a convolution's gradient by its filter as finite differences do: %s",
      async (title) => {
        const asked = tidied(() => {
          const all = tensorsOf(caseOf(title), false);
          const expected = differences(all.filter, (filter) => weightedSum(all.x, filter, all, false));
          return { expected, x: given(all.x), dy: given(all.dy), shape: all.filter.shape, attributes: all.attributes };
        });
        const received = await inPage('filterGradient', asked.x, asked.dy, asked.shape, asked.attributes);
        expect(received).toBeAllClose(asked.expected, { atol: 1e-4, rtol: 1e-5 });
      },
      PATIENCE,
    );

    it(
      'give batch norm, ReLU and max pooling, and their gradients, as the plain CPU backend does',
      async () => {
        const [x, dy, expected] = tidied(() => {
          const [x, dy] = [numbers([2, 4, 6, 2], 1), numbers([2, 2, 3, 2], 2)];
          const plain = (images: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
            maxPoolInTraining(tf.relu(batchNormInTraining(images, gamma, beta, 1e-3, () => {})) as tf.Tensor4D, {
              poolSize: [2, 2],
              strides: [2, 2],
              pad: 'valid',
            });
          const inputs = [x, tf.tensor1d([1.5, -0.5]), tf.tensor1d([0.1, 0.2])];
          const { value, grads } = tf.valueAndGrads(plain as (...args: tf.Tensor[]) => tf.Tensor)(inputs, dy);
          return [given(x), given(dy), [value, ...grads].flatMap((each) => Array.from(each.dataSync()))] as const;
        });
        expect(await inPage('block', x, dy)).toBeAllClose(expected, { atol: 1e-4, rtol: 1e-4 });
      },
      PATIENCE,
    );
  },
);
