import * as tf from '@tensorflow/tfjs-core';
import type { ConvAttributes } from '../../src/kernels/geometry';
import { convGeometry } from '../../src/kernels/geometry';
import type { TestBackend } from '../support/backends';
import { useBackend } from '../support/backends';

/** A convolution to be differentiated: `filters` is the multiplier where it is depthwise. */
export interface Case extends ConvAttributes {
  title: string;
  x: [number, number, number, number];
  kernel: [height: number, width: number];
  filters: number;
  strides: [number, number];
  dilations: [number, number];
}

const plain = {
  x: [2, 5, 6, 2],
  kernel: [3, 3],
  filters: 3,
  strides: [1, 1],
  dilations: [1, 1],
  pad: 'same',
} as const satisfies Partial<Case>;

type Changes = Partial<{ -readonly [K in keyof Case]: Case[K] }>;

/** Kernels, strides, dilations and paddings of every kind, odd ones and those that leave rows unseen among them. */
export const CASES: readonly Case[] = (
  [
    ['a 3×3 kernel', {}],
    ['one image of one channel and one filter', { x: [1, 5, 6, 1], filters: 1 }],
    ['a 1×1 kernel', { kernel: [1, 1] }],
    ['a kernel with even sides', { kernel: [2, 4] }],
    ['no padding', { pad: 'valid' }],
    ['a kernel as large as the image', { kernel: [5, 6], pad: 'valid' }],
    ['strides of 2', { strides: [2, 2] }],
    ['strides of 2 without padding, a column left over', { strides: [2, 2], pad: 'valid' }],
    ['two different strides', { strides: [1, 2], kernel: [2, 3] }],
    ['strides longer than the kernel', { strides: [3, 3], kernel: [2, 2], pad: 'valid' }],
    ['dilations of 2', { dilations: [2, 2] }],
    ['two different dilations without padding', { dilations: [2, 3], kernel: [3, 2], pad: 'valid' }],
    ['padding by a number', { pad: 1, dimRoundingMode: 'floor' }],
    ['padding wider than the kernel', { pad: 4, dimRoundingMode: 'floor' }],
    ['padding by a number and strides, the last window cut off', { pad: 1, strides: [2, 3], dimRoundingMode: 'ceil' }],
    ['padding by different numbers', { pad: [[0, 0], [2, 0], [1, 3], [0, 0]] }], // prettier-ignore
    ['padding by different numbers and strides', { pad: [[0, 0], [0, 1], [3, 2], [0, 0]], strides: [2, 2] }], // prettier-ignore
  ] as [string, Changes][]
).map(([title, changes]) => ({ ...plain, ...changes, title }) as Case);

/** Names of the cases for `it.each`. */
export const TITLES = CASES.map(({ title }) => title);

/** The case of a title. */
export const caseOf = (title: string): Case => CASES.find((each) => each.title === title)!;

/** Numbers between -1 and 1 that look random and are the same everywhere. */
export function numbers(shape: number[], seed: number): tf.Tensor4D {
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(seed + i * i));
  return tf.tensor4d(values, shape as [number, number, number, number]);
}

/**
 * The derivative of `loss` by each element of a tensor, by a step of 1 to either side: exact for convolutions, which are linear in
 * each of their inputs.
 */
export function differences(x: tf.Tensor4D, loss: (x: tf.Tensor4D) => tf.Tensor): number[] {
  const values = x.dataSync();
  const moved = (i: number, step: number) =>
    tf.tidy(() => {
      const copy = values.slice();
      copy[i]! += step;
      return loss(tf.tensor4d(copy, x.shape)).dataSync()[0]!;
    });
  return Array.from(values, (_, i) => (moved(i, 1) - moved(i, -1)) / 2);
}

/** What a case is computed from, made on the active backend; the caller's. */
export function tensorsOf({ x, kernel, filters, ...attributes }: Case, depthwise: boolean) {
  const filterShape = [...kernel, x[3], filters];
  const geometry = convGeometry('test', x, filterShape, attributes, depthwise);
  const tensors = { x: numbers(x, 1), filter: numbers(filterShape, 2), dy: numbers(geometry.outShape, 3) };
  return { ...tensors, geometry, attributes: { ...attributes, dataFormat: 'NHWC' } };
}

export type CaseTensors = ReturnType<typeof tensorsOf>;

/** Computes something of a case on the plain CPU backend and goes back to the active one. */
export async function onCpu<T>(each: Case, depthwise: boolean, compute: (tensors: CaseTensors) => T): Promise<T> {
  const active = tf.getBackend() as TestBackend;
  await useBackend('cpu');
  try {
    let result!: T;
    tf.tidy(() => void (result = compute(tensorsOf(each, depthwise))));
    return result;
  } finally {
    await useBackend(active);
  }
}

/** `sum(conv(x, filter) * dy)`, of which the kernels give the gradients. */
export function weightedSum(x: tf.Tensor4D, filter: tf.Tensor4D, { dy, attributes }: CaseTensors, depthwise: boolean) {
  const { strides, pad, dilations, dimRoundingMode } = attributes;
  const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
  return tf.sum(tf.mul(convolve(x, filter, strides, pad as 'same', 'NHWC', dilations, dimRoundingMode), dy));
}

/** What a kernel of the active backend gives. */
export function runKernel(name: string, inputs: tf.NamedTensorMap, attributes: object): number[] {
  return tf.tidy(() => {
    const result = tf.engine().runKernel(name, inputs, attributes as unknown as tf.NamedAttrMap) as tf.Tensor;
    return Array.from(result.dataSync());
  });
}
