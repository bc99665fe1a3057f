import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import '@tensorflow/tfjs-layers';
import { batchNormInTraining } from '../../src/kernels/batch-norm';
import { filterGradientByProducts } from '../../src/kernels/filter-products';
import { type ConvAttributes, convGeometry } from '../../src/kernels/geometry';
import { maxPoolInTraining } from '../../src/kernels/max-pool';
import { reluInTraining } from '../../src/kernels/relu';

type Shape = [number, number, number, number];

/** A tensor as it comes into the page. */
export interface Given {
  shape: number[];
  values: number[];
}

const tensor = ({ shape, values }: Given) => tf.tensor4d(values, shape as Shape);

async function read(tensors: tf.Tensor[]): Promise<number[]> {
  const values = await Promise.all(tensors.map((each) => each.data()));
  tf.dispose(tensors);
  return values.flatMap((each) => Array.from(each));
}

/** What graphics.test.ts does in Chromium. */
export const actions = {
  async use(backend: string) {
    await tf.setBackend(backend);
    return tf.getBackend();
  },

  /** The gradient of a convolution by its filter. */
  async filterGradient(x: Given, dy: Given, filterShape: number[], attributes: ConvAttributes) {
    return read([
      tf.tidy(() => {
        const geometry = convGeometry('test', x.shape as Shape, filterShape as Shape, attributes);
        return filterGradientByProducts(tensor(x), tensor(dy), geometry);
      }),
    ]);
  },

  /** Output and gradients of batch norm, ReLU and max pooling one after another. */
  async block(x: Given, dy: Given) {
    return read(
      tf.tidy(() => {
        const f = (images: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
          const y = reluInTraining(batchNormInTraining(images, gamma, beta, 1e-3, () => {}));
          return maxPoolInTraining(y as tf.Tensor4D, { poolSize: [2, 2], strides: [2, 2], pad: 'valid' });
        };
        const inputs = [tensor(x), tf.tensor1d([1.5, -0.5]), tf.tensor1d([0.1, 0.2])];
        const { value, grads } = tf.valueAndGrads(f as (...args: tf.Tensor[]) => tf.Tensor)(inputs, tensor(dy));
        return [value, ...grads];
      }),
    );
  },
};

Object.assign(globalThis, { actions });
