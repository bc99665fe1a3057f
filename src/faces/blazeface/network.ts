// oxlint-disable-next-line typescript/triple-slash-reference -- ambient modules have nothing to import
/// <reference path="./modules.d.ts" />
import * as tf from '@tensorflow/tfjs-core';
import { WeightsError } from '../../errors';
import { bytesOfBase64 } from '../../base64';

/** Height and width of the network's input in pixels. */
export const INPUT_SIZE = 128;

/** How many places the network looks at: two a cell of a 16 × 16 grid, and six a cell of an 8 × 8 grid. */
export const ANCHORS = 896;

/** Numbers for each anchor: a score, the box (middle and size), and x and y of six key points. */
export const VALUES = 17;

const BLOCKS = 16;
const STRIDED_BLOCKS = [2, 5, 11]; // counted from 0: these halve height and width
const LAST_STRIDED_BLOCK = 11; // what enters it, 16 × 16, is looked at by the first heads

/**
 * Reads the weights of BlazeFace (short range) that come with this package; no network and no file access.
 *
 * @returns A tensor each for filter and bias of all convolutions, kept until they are disposed; the caller's.
 * @throws {@link WeightsError} if their module cannot be imported.
 */
export async function readDetectorWeights(): Promise<() => tf.Tensor[]> {
  const module = await import('fer-cnn/weights/blazeface').catch((cause: unknown) => {
    throw new WeightsError({
      where: 'loadFaceDetector',
      expected: 'the module fer-cnn/weights/blazeface',
      received: 'none that can be imported',
      remedy: 'Install the package again or, in its repository, run npm run build.',
      cause,
    });
  });
  const { shapes, weightsBase64 } = module.default;
  const bytes = bytesOfBase64(weightsBase64);
  const quantization = { dtype: 'float16', original_dtype: 'float32' } as const;
  const specs = shapes.map((shape, i) => ({ name: String(i), shape, dtype: 'float32' as const, quantization }));
  return () => {
    const tensors = tf.io.decodeWeights(bytes, specs);
    return specs.map(({ name }) => tf.keep(tensors[name]!));
  };
}

/**
 * BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047): blocks of a depthwise and a pointwise convolution with a shortcut, and two
 * heads on each of two grids.
 *
 * @param images [n, 128, 128, 3] float32 in -1..1; borrowed.
 * @param weights As {@link readDetectorWeights} gives them; borrowed.
 * @returns [n, 896, 17] float32: for each anchor the score before the sigmoid, then box and key points in pixels of the input, from the
 *   anchor; the caller's.
 */
export function blazeFace(images: tf.Tensor4D, weights: readonly tf.Tensor[]): tf.Tensor3D {
  return tf.tidy(() => {
    let next = 0;
    const take = () => ({ filter: weights[next++] as tf.Tensor4D, bias: weights[next++]! });
    const pointwise = (x: tf.Tensor4D) => tf.fused.conv2d({ x, ...take(), strides: 1, pad: 'same' });
    const first = { ...take(), strides: 2, pad: 'same', activation: 'relu' } as const;
    let x: tf.Tensor4D = tf.fused.conv2d({ x: images, ...first }); // [n, 64, 64, 24]
    let large = x;
    for (let i = 0; i < BLOCKS; i++) {
      if (i === LAST_STRIDED_BLOCK) large = x; // [n, 16, 16, 88]
      const strides = STRIDED_BLOCKS.includes(i) ? 2 : 1;
      const y = pointwise(tf.fused.depthwiseConv2d({ x, ...take(), strides, pad: 'same' }));
      const shortcut = strides === 2 ? tf.maxPool(x, 2, 2, 'same') : x;
      x = tf.relu(tf.add<tf.Tensor4D>(widened(shortcut, y.shape[3]), y));
    }
    const n = images.shape[0]; // x [n, 8, 8, 96]
    const [largeScores, smallScores] = [pointwise(large), pointwise(x)];
    const [largeBoxes, smallBoxes] = [pointwise(large), pointwise(x)];
    const rows = (score: tf.Tensor, boxes: tf.Tensor) =>
      tf.concat([tf.reshape(score, [n, -1, 1]), tf.reshape(boxes, [n, -1, VALUES - 1])], 2);
    return tf.concat([rows(largeScores, largeBoxes), rows(smallScores, smallBoxes)], 1) as tf.Tensor3D;
  });
}

/** [n, h, w, c] with zeros in further channels. */
function widened(x: tf.Tensor4D, channels: number): tf.Tensor4D {
  const more = channels - x.shape[3];
  return more === 0 ? x : tf.pad(x, [[0, 0], [0, 0], [0, 0], [0, more]]); // prettier-ignore
}
