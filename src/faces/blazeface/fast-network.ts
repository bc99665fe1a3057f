import * as tf from '@tensorflow/tfjs-core';
import { eights, factorsOf, PIXELS_AT_ONCE, separable, type Separable, SPARE_PIXELS } from '../../kernels/separable';
import { freeWasmRoom, wasmPointer, wasmRoom, wasmValues } from '../../tfjs/wasm-memory';
import { anchorsOf, BLOCKS, LAST_STRIDED_BLOCK, STRIDED_BLOCKS, VALUES, type DetectorNetwork } from './shape';

/** A convolution: its channels, and where its filter and bias lie, in bytes from the start of all weights. */
interface Layer {
  readonly channels: number;
  readonly filters: number;
  readonly filter: number;
  readonly bias: number;
}

/** Starts what {@link fastNetwork} needs on the active backend. */
export const startFastNetwork = separable.start;

/**
 * The model on WASM, which has no pass for each operation and takes a third of the time of tfjs's kernels.
 *
 * @param read Gives filter and bias of all convolutions, in the order of the network.
 * @returns The model; undefined on other backends, and where the module for it was not or cannot be started.
 */
export function fastNetwork(read: () => tf.Tensor[]): DetectorNetwork | undefined {
  const module = separable.exports();
  if (!module) return undefined;
  const weights = read();
  const { layers, values } = packed(weights);
  tf.dispose(weights);
  return networkOf(module, layers, tf.keep(tf.tensor1d(values)));
}

function networkOf(
  { entry, block, pointwise }: Separable,
  layers: readonly Layer[],
  weights: tf.Tensor,
): DetectorNetwork {
  /** One image at x, its anchors to y. */
  function runOne(x: number, y: number, scratch: number, rooms: [number, number], [h, w]: readonly [number, number]) {
    const start = wasmPointer(weights);
    let next = 0;
    const take = () => {
      const { filter, bias, ...rest } = layers[next++]!;
      return { filter: start + filter, bias: start + bias, ...rest };
    };
    const first = take();
    let [from, to] = rooms;
    entry(x, first.filter, first.bias, from, scratch, h, w, first.filters);
    let [height, width] = [h / 2, w / 2];
    const [largeHead, smallHead] = layers.slice(-2) as [Layer, Layer];
    const look = (head: Layer, at: number) => {
      const kept = head.filters;
      const sizes = [height * width, head.channels, eights(kept), kept] as const;
      pointwise(from, start + head.filter, start + head.bias, at, scratch, ...sizes);
    };
    for (let i = 0; i < BLOCKS; i++) {
      if (i === LAST_STRIDED_BLOCK) look(largeHead, y);
      const [depthwise, product] = [take(), take()];
      const stride = STRIDED_BLOCKS.includes(i) ? 2 : 1;
      const sizes = [height, width, product.channels, eights(product.filters), stride] as const;
      block(from, depthwise.filter, product.filter, product.bias, to, scratch, ...sizes);
      [from, to] = [to, from];
      [height, width] = [height / stride, width / stride];
    }
    look(smallHead, y + (h / 8) * (w / 8) * largeHead.filters * Float32Array.BYTES_PER_ELEMENT);
  }

  return {
    run(images) {
      const [n, h, w] = images.shape;
      const widestOf = (some: readonly Layer[]) => Math.max(...some.map(({ filters }) => eights(filters)));
      const widest = widestOf(layers);
      const widestAtStart = widestOf(layers.slice(0, 1 + 2 * STRIDED_BLOCKS[0]!)); // later, a quarter of the pixels is left
      const pixels = Math.max(PIXELS_AT_ONCE, w / 2, (h / 8) * (w / 8)) + SPARE_PIXELS;
      const output = wasmRoom([n, anchorsOf(h, w), VALUES]);
      const scratch = wasmRoom([pixels * 2 * widest]);
      const rooms = [0, 1].map(() => wasmRoom([((h / 2) * (w / 2) + SPARE_PIXELS) * widestAtStart]));
      const [a, b] = rooms.map(wasmPointer) as [number, number];
      for (let i = 0; i < n; i++) {
        const x = wasmPointer(images) + 4 * i * h * w * 3;
        const y = wasmPointer(output) + 4 * i * anchorsOf(h, w) * VALUES;
        runOne(x, y, wasmPointer(scratch), [a, b], [h, w]);
      }
      [scratch, ...rooms].forEach(freeWasmRoom);
      return tf.engine().makeTensorFromTensorInfo(output) as tf.Tensor3D;
    },
    dispose: () => weights.dispose(),
  };
}

/** All weights in a row, with channels rounded up to eights, and where those of each layer begin. */
function packed(weights: readonly tf.Tensor[]): { layers: Layer[]; values: Float32Array } {
  const parts: Float32Array[] = [];
  let end = 0;
  const add = (part: Float32Array) => {
    parts.push(part);
    end += part.byteLength;
    return end - part.byteLength;
  };
  const layers: Layer[] = [];
  for (let i = 0; i < weights.length; i += 2) {
    const [filter, bias] = [weights[i]!, weights[i + 1]!];
    const [height, width, channels, filters] = filter.shape as [number, number, number, number];
    const values = wasmValues(filter);
    const products = height * width * channels;
    layers.push({
      channels: eights(channels),
      filters,
      filter: add(
        filters === 1
          ? widened(values, channels) // depthwise
          : factorsOf(values, products, height === 1 ? eights(channels) : products),
      ),
      bias: add(widened(wasmValues(bias), bias.size)),
    });
  }
  const values = new Float32Array(end / Float32Array.BYTES_PER_ELEMENT);
  parts.reduce((at, part) => (values.set(part, at), at + part.length), 0);
  return { layers, values };
}

/** Rows of some channels, each with zeros up to eights. */
function widened(values: Float32Array, channels: number): Float32Array {
  const wide = eights(channels);
  const rows = new Float32Array((values.length / channels) * wide);
  for (let i = 0; i < values.length; i += channels) {
    rows.set(values.subarray(i, i + channels), (i / channels) * wide);
  }
  return rows;
}
