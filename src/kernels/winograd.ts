import * as tf from '@tensorflow/tfjs-core';
import { freeWasmRoom, wasmPointer, wasmRoom } from '../tfjs/wasm-memory';
import { wasmModule } from './wasm-module';
import { WINOGRAD_BASE64 } from './winograd-bytes';

type Shape4D = readonly [number, number, number, number];

/** The exports of the WebAssembly module of assembly/winograd.ts; pointers are in bytes, and a side is that of an output tile. */
interface Winograd {
  transform(kernel: number, factors: number, side: number, channels: number, filters: number): void;
  convolve(x: number, factors: number, bias: number, y: number, scratch: number, ...rest: number[]): void;
  filterGradient(x: number, dy: number, room: number, gradient: number, scratch: number, ...rest: number[]): void;
}

/** The strides, padding and dilations of a convolution. */
interface Attributes {
  strides: number | readonly number[];
  pad: unknown;
  dilations?: number | readonly number[] | undefined;
}

/** With fewer 2×2 tiles, transforming the kernel in every step costs more than it saves. */
const FEWEST_TILES = 32;

/** With fewer 4×4 tiles, transforming the kernel for them costs more than it saves over 2×2 tiles. */
const FEWEST_LARGE_TILES = 144;

/** The maximum size of the blocks of factors and products in bytes, so that they stay in the cache. */
const CACHE = 2 ** 19;

const winograd = wasmModule<Winograd>(WINOGRAD_BASE64);

/** Starts the WebAssembly module once, in the memory of the active backend, which must be WASM. */
export const startWinograd = winograd.start;

/**
 * Whether {@link convolveByWinograd} supports a convolution: a 3×3 kernel with stride 1 and "same" padding, channels a multiple of 4 and
 * filters a multiple of 8, on the WASM backend without threads, after {@link startWinograd}.
 *
 * @param filterShape `[kh, kw, c, filters]`.
 */
export function fitsWinograd(filterShape: readonly number[], { strides, pad, dilations = 1 }: Attributes): boolean {
  const [height, width, channels, filters] = filterShape as Shape4D;
  const isPlain = [strides, dilations].flat().every((step) => step === 1) && pad === 'same';
  const fits = height === 3 && width === 3 && channels % 4 === 0 && filters % 8 === 0;
  return isPlain && fits && winograd.exports() !== undefined;
}

/**
 * Whether a convolution in training, with its gradients and the transformation of the kernel, is faster this way.
 *
 * @param xShape `[n, h, w, c]`.
 * @param filterShape `[kh, kw, c, filters]`; `c` and `filters` must be multiples of 8.
 */
export function fitsWinogradTraining(xShape: Shape4D, filterShape: readonly number[], attributes: Attributes): boolean {
  const [n, height, width, channels] = xShape;
  const tiles = n * Math.ceil(height / 2) * Math.ceil(width / 2);
  return tiles >= FEWEST_TILES && channels % 8 === 0 && fitsWinograd(filterShape, attributes);
}

/**
 * Transforms a kernel to the factors of {@link convolveByWinograd}, for the tiles with the fewest products: 4×4, or 2×2 if they need no
 * more, because they have less than half as many factors.
 *
 * @param filter `[3, 3, c, filters]` float32; borrowed.
 * @param xShape The shape of the images, `[n, h, w, c]`. The factors work for other sizes too, but may be slower.
 * @param images The number of images that use the factors. Default: unlimited. For few images, 4×4 tiles cost more than they save.
 * @returns `[16 or 36, filters / 8, c, 8]` float32; owned by the caller.
 */
export function winogradFactors(
  filter: tf.Tensor4D,
  [, height, width]: Shape4D,
  pictures = Number.POSITIVE_INFINITY,
): tf.Tensor4D {
  const tiles = (side: number) => Math.ceil(height / side) * Math.ceil(width / side);
  const side = 36 * tiles(4) < 16 * tiles(2) && tiles(4) * pictures >= FEWEST_LARGE_TILES ? 4 : 2;
  const [, , channels, filters] = filter.shape;
  const factors = wasmRoom([(side + 2) ** 2, filters / 8, channels, 8]);
  winograd.exports()!.transform(wasmPointer(filter), wasmPointer(factors), side, channels, filters);
  return toTensor(factors) as tf.Tensor4D;
}

/**
 * Computes a convolution with a 3×3 kernel by Winograd's minimal filtering: 16 products instead of 36 for 2×2 tiles, 36 instead of 144
 * for 4×4 tiles. Source: Lavin and Gray 2015 (arXiv:1509.09308). It is not differentiable.
 *
 * @param x `[n, h, w, c]` float32; borrowed.
 * @param factors The factors of the kernel, from {@link winogradFactors}; borrowed.
 * @param bias `[filters]` float32; borrowed. Default: zeros.
 * @param activation `'relu'` or `'linear'`. Default `'linear'`.
 * @returns `[n, h, w, filters]` float32, equal to `tf.conv2d` within some 1e-6 of the largest output; owned by the caller.
 */
export function convolveByWinograd(
  x: tf.Tensor4D,
  factors: tf.Tensor4D,
  bias?: tf.Tensor,
  activation: 'relu' | 'linear' = 'linear',
): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const [products, panels] = factors.shape;
  const filters = panels * 8;
  const offset = bias ?? tf.zeros([filters]);
  const block = blockOf(products, channels, filters);
  const y = wasmRoom([n, height, width, filters]);
  const scratch = wasmRoom([products * block * (channels + filters) + 144]);
  const pointers = [x, factors, offset, y, scratch].map(wasmPointer) as [number, number, number, number, number];
  const least = activation === 'relu' ? 0 : -Infinity;
  winograd.exports()!.convolve(...pointers, products === 16 ? 2 : 4, block, n, height, width, channels, filters, least);
  freeWasmRoom(scratch);
  if (!bias) offset.dispose();
  return toTensor(y) as tf.Tensor4D;
}

/**
 * {@link convolveByWinograd} for training, where the kernel changes in every step.
 *
 * @param x `[n, h, w, c]` float32; borrowed.
 * @param filter `[3, 3, c, filters]` float32; borrowed.
 * @returns `[n, h, w, filters]` float32; owned by the caller.
 */
export function convolveInTraining(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const factors = winogradFactors(filter, x.shape, x.shape[0]);
  const y = convolveByWinograd(x, factors);
  factors.dispose();
  return y;
}

/**
 * Computes the gradient of {@link convolveByWinograd} with respect to its kernel.
 *
 * @param x The input, `[n, h, w, c]` float32; borrowed.
 * @param dy The gradient of the output, `[n, h, w, filters]` float32; borrowed.
 * @returns `[3, 3, c, filters]` float32; owned by the caller.
 */
export function winogradFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const filters = dy.shape[3];
  const block = blockOf(16, channels, filters);
  const gradient = wasmRoom([3, 3, channels, filters]);
  const spare = [wasmRoom([16 * channels * filters]), wasmRoom([16 * block * (channels + filters)])] as const;
  const pointers = [x, dy, spare[0], gradient, spare[1]].map(wasmPointer) as [number, number, number, number, number];
  winograd.exports()!.filterGradient(...pointers, block, n, height, width, channels, filters);
  spare.forEach(freeWasmRoom);
  return toTensor(gradient) as tf.Tensor4D;
}

/** The number of tiles per block, a multiple of 3. */
function blockOf(products: number, channels: number, filters: number): number {
  return Math.min(192, Math.max(24, Math.floor(CACHE / (4 * products * (channels + filters)) / 3) * 3));
}

const toTensor = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);
