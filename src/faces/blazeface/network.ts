// oxlint-disable-next-line typescript/triple-slash-reference -- ambient modules have nothing to import
/// <reference path="./modules.d.ts" />
import * as tf from '@tensorflow/tfjs-core';
import { WeightsError } from '../../errors';
import { bytesOfBase64 } from '../../base64';
import type * as fastNetworks from './fast-network';

/** Height and width of a look at one face or a whole photo, in pixels. */
export const INPUT_SIZE = 128;

/** The grids of cells that the model looks at, in its order: pixels of the input from cell to cell, and anchors a cell. */
export const GRIDS = [{ step: 8, perCell: 2 }, { step: 16, perCell: 6 }] as const; // prettier-ignore

/** Numbers for each anchor: a score, the box (middle and size), and x and y of six key points. */
export const VALUES = 17;

/** The blocks of a depthwise and a pointwise convolution. */
export const BLOCKS = 16;

/** The blocks that halve height and width, counted from 0. */
export const STRIDED_BLOCKS = [2, 5, 11];

/** What enters this block, 16 × 16 for an input of 128, is looked at by the first head. */
export const LAST_STRIDED_BLOCK = 11;

/** BlazeFace with its weights on a backend. */
export interface DetectorNetwork {
  /**
   * Looks at images.
   *
   * @param images [n, h, w, 3] float32 in -1..1, h and w multiples of 16; borrowed.
   * @returns [n, anchors, 17] float32: for each anchor the score before the sigmoid, then box and key points in pixels of the input, from
   *   the anchor; the caller's.
   */
  run(images: tf.Tensor4D): tf.Tensor3D;
  /** Frees the weights. */
  dispose(): void;
}

/** The anchors of an input of that size. */
export function anchorsOf(height: number, width: number): number {
  return GRIDS.reduce((sum, { step, perCell }) => sum + (height / step) * (width / step) * perCell, 0);
}

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
