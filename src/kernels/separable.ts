import { wasmModule } from './wasm-module';
import { SEPARABLE_BASE64 } from './separable-bytes';

/** The exports of the WebAssembly module of assembly/separable.ts; pointers are in bytes. */
export interface Separable {
  entry(x: number, u: number, bias: number, y: number, scratch: number, h: number, w: number, filters: number): void;
  block(x: number, d: number, u: number, bias: number, y: number, scratch: number, ...rest: number[]): void;
  pointwise(x: number, u: number, bias: number, y: number, scratch: number, ...rest: number[]): void;
}

/** Convolutions of a model of depthwise-separable blocks, each with bias, shortcut and ReLU in one pass, on the WASM backend. */
export const separable = wasmModule<Separable>(SEPARABLE_BASE64);

/** The pixels that a product may read and write behind the last one. */
export const SPARE_PIXELS = 2;

/** The pixels of a block that are computed at a time, at least. */
export const PIXELS_AT_ONCE = 64;

/** Rounds a number of channels up to what the module computes with: eights. */
export const eights = (channels: number): number => Math.ceil(channels / 8) * 8;

/**
 * Lays out the kernel of a product for the module.
 *
 * @param kernel `[channels, filters]` row-major.
 * @param rows The rows of the result, at least as many; further ones are zeros.
 * @returns `[eights(filters) / 8, rows, 8]`; further filters are zeros.
 */
export function factorsOf(kernel: Float32Array, channels: number, rows: number): Float32Array {
  const filters = kernel.length / channels;
  const factors = new Float32Array(rows * eights(filters));
  kernel.forEach((value, i) => {
    const [row, filter] = [Math.floor(i / filters), i % filters];
    factors[((filter >> 3) * rows + row) * 8 + (filter & 7)] = value;
  });
  return factors;
}
