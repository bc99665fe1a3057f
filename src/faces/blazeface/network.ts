// oxlint-disable-next-line typescript/triple-slash-reference -- ambient modules have nothing to import
/// <reference path="./modules.d.ts" />
import * as tf from '@tensorflow/tfjs-core';
import { WeightsError } from '../../errors';
import { bytesOfBase64 } from '../../base64';
import type * as fastNetworks from './fast-network';
import { BLOCKS, type DetectorNetwork, LAST_STRIDED_BLOCK, STRIDED_BLOCKS, VALUES } from './shape';

/** What brings the model to backends. */
export interface DetectorSource {
  /** Loads what the active backend needs for {@link DetectorSource.make}. */
  prepare(): Promise<void>;
  /** The model on the active backend; the caller's. */
  make(): DetectorNetwork;
}

/**
 * Reads the weights of BlazeFace (short range) that come with this package; no network and no file access.
 *
 * @throws {@link WeightsError} if their module cannot be imported.
 */
export async function readDetector(): Promise<DetectorSource> {
  const module = await import('fer-cnn/weights/blazeface').catch((cause: unknown) => {
    throw new WeightsError({
      where: 'loadFaceDetector',
      expected: 'the module fer-cnn/weights/blazeface',
      received: 'none that can be imported',
      remedy: 'Install the package again, or bundle a service worker into one file.',
      cause,
    });
  });
  const { shapes, weightsBase64 } = module.default;
  const bytes = bytesOfBase64(weightsBase64);
  const quantization = { dtype: 'float16', original_dtype: 'float32' } as const;
  const specs = shapes.map((shape, i) => ({ name: String(i), shape, dtype: 'float32' as const, quantization }));
  const decodeWeights = () => {
    const tensors = tf.io.decodeWeights(bytes, specs);
    return specs.map(({ name }) => tensors[name]!);
  };
  let fast: typeof fastNetworks | undefined;
  return {
    async prepare() {
      if (tf.getBackend() !== 'wasm') return;
      fast ??= await import('./fast-network');
      await fast.startFastNetwork();
    },
    make: () => fast?.fastNetwork(decodeWeights) ?? networkOf(decodeWeights().map((weight) => tf.keep(weight))),
  };
}

/**
 * BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047) by tfjs's operations: blocks of a depthwise and a pointwise convolution with a
 * shortcut, and a head on each of two grids.
 *
 * @param weights Filter and bias of all convolutions; the model's.
 */
function networkOf(weights: readonly tf.Tensor[]): DetectorNetwork {
  return {
    run: (images) => tf.tidy(() => blazeFace(images, weights)),
    dispose: () => tf.dispose(weights as tf.Tensor[]),
  };
}

function blazeFace(images: tf.Tensor4D, weights: readonly tf.Tensor[]): tf.Tensor3D {
  let next = 0;
  const take = () => ({ filter: weights[next++] as tf.Tensor4D, bias: weights[next++]! });
  const pointwise = (x: tf.Tensor4D) => tf.fused.conv2d({ x, ...take(), strides: 1, pad: 'same' });
  const first = { ...take(), strides: 2, pad: 'same', activation: 'relu' } as const;
  let x: tf.Tensor4D = tf.fused.conv2d({ x: images, ...first }); // [n, h / 2, w / 2, 24]
  let large = x;
  for (let i = 0; i < BLOCKS; i++) {
    if (i === LAST_STRIDED_BLOCK) large = x; // [n, h / 8, w / 8, 88]
    const strides = STRIDED_BLOCKS.includes(i) ? 2 : 1;
    const y = pointwise(tf.fused.depthwiseConv2d({ x, ...take(), strides, pad: 'same' }));
    const shortcut = strides === 2 ? tf.maxPool(x, 2, 2, 'same') : x;
    x = tf.relu(tf.add<tf.Tensor4D>(widened(shortcut, y.shape[3]), y));
  }
  const heads = [large, x].map((grid) => tf.reshape(pointwise(grid), [images.shape[0], -1, VALUES])); // x [n, h / 16, w / 16, 96]
  return tf.concat(heads, 1) as tf.Tensor3D;
}

/** [n, h, w, c] with zeros in further channels. */
function widened(x: tf.Tensor4D, channels: number): tf.Tensor4D {
  const more = channels - x.shape[3];
  return more === 0 ? x : tf.pad(x, [[0, 0], [0, 0], [0, 0], [0, more]]); // prettier-ignore
}
