import * as tf from '@tensorflow/tfjs-core';
import type { BatchNormKernel } from './batch-norm';
import type { ConvAttributes } from './geometry';
import type { LazyOperation } from '../tfjs/lazy';
import type { PoolAttributes } from './max-pool';
import { runInBfloat16 } from '../tfjs/bfloat16';
import { type NativeAttributes, runNative } from '../tfjs/native';

/** Batch normalization by TensorFlow's fused operation. */
export const nativeBatchNorm: BatchNormKernel =
  (epsilon, onStatistics) =>
  ([x, gamma, beta], save) => {
    const [rows, channels] = x.shape as [number, number];
    const attributes = { epsilon: { float: epsilon }, data_format: 'NHWC', is_training: true };
    const asImage = (flat: tf.Tensor) => tf.reshape(flat, [rows, 1, 1, channels]);
    const none = tf.tensor1d([]);
    const inputs = [asImage(x), gamma, beta, none, none];
    const [y, mean, unbiased, ...reserved] = runNative('FusedBatchNormV3', inputs, 6, ['T', 'U'], attributes);
    const variance = tf.mul(unbiased!, (rows - 1) / Math.max(rows, 2)) as tf.Tensor1D;
    onStatistics({ mean: mean as tf.Tensor1D, variance });
    save([x, gamma, ...reserved]);
    const gradFunc = (dy: tf.Tensor, [x, gamma, ...reserved]: tf.Tensor[]) => {
      const inputs = [asImage(dy), asImage(x!), gamma!, ...reserved];
      const [dx, dgamma, dbeta] = runNative('FusedBatchNormGradV3', inputs, 5, ['T', 'U'], attributes);
      return [tf.reshape(dx!, x!.shape), dgamma!, dbeta!];
    };
    return { value: tf.reshape(y!, x.shape), gradFunc };
  };

/** Max pooling by oneDNN; undefined if this build of TensorFlow does not include it. */
export function nativeMaxPool(x: tf.Tensor4D, attributes: PoolAttributes): tf.Tensor4D | undefined {
  return oneDnnPools() ? pool(x, attributes) : undefined;
}

function pool(x: tf.Tensor4D, attributes: PoolAttributes): tf.Tensor4D {
  const operation = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor, tf.GradSaveFunc]; // one input: no helper, which every browser would load
    const [y, workspace] = runNative('_MklNativeMaxPool', [x], 2, ['T'], poolAttributes(attributes));
    save([x, y!, workspace!]);
    const gradFunc = (dy: tf.Tensor, [x, y, workspace]: tf.Tensor[]) =>
      runNative('_MklNativeMaxPoolGrad', [x!, y!, dy, workspace!], 1, ['T'], poolAttributes(attributes))[0]!;
    return { value: y!, gradFunc };
  });
  return operation(x) as tf.Tensor4D;
}

function poolAttributes({ poolSize, strides, pad }: PoolAttributes): NativeAttributes {
  return {
    ksize: [1, ...poolSize, 1],
    strides: [1, ...strides, 1],
    padding: pad.toUpperCase(),
    explicit_paddings: [],
    data_format: 'NHWC',
    workspace_enabled: true,
    _kernel: 'MklNameChangeOp', // marks kernels of oneDNN in TensorFlow
  };
}

let known: boolean | undefined;

/** Whether this build of TensorFlow has oneDNN's pooling. TensorFlow does not list it, so both directions are tried once. */
function oneDnnPools(): boolean {
  known ??= tf.tidy(() => {
    try {
      const attributes: PoolAttributes = { poolSize: [2, 2], strides: [2, 2], pad: 'valid' };
      tf.grad((x) => pool(x as tf.Tensor4D, attributes))(tf.ones([1, 2, 2, 1]));
      return true;
    } catch {
      return false;
    }
  });
  return known;
}

/** The gradient of ReLU in one operation, from its output. */
export function nativeReluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return runNative('ReluGrad', [dy, y], 1, ['T'])[0]!;
}

/** A convolution and its gradients in bfloat16, on the native backend. */
export const IN_BFLOAT16: LazyOperation<{ x: tf.Tensor4D; filter: tf.Tensor4D }, ConvAttributes> = {
  name: 'FerBfloat16Conv2D',
  forward: ({ x, filter }, attributes) => runInBfloat16('Conv2D', [x, filter], convolutionAttributes(attributes)),
  gradients: {
    x: (dy, { x, filter }, attributes) =>
      runInBfloat16(
        'Conv2DBackpropInput',
        [tf.tensor1d(x.shape, 'int32'), filter, dy],
        convolutionAttributes(attributes),
      ),
    filter: (dy, { x, filter }, attributes) =>
      runInBfloat16(
        'Conv2DBackpropFilter',
        [x, tf.tensor1d(filter.shape, 'int32'), dy],
        convolutionAttributes(attributes),
      ),
  },
};

function convolutionAttributes({ strides, pad }: ConvAttributes): NativeAttributes {
  const [height, width] = typeof strides === 'number' ? [strides, strides] : strides;
  return { strides: [1, height, width, 1], padding: String(pad).toUpperCase(), data_format: 'NHWC' };
}
