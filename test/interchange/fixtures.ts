import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

const FOLDER = new URL('fixtures/', import.meta.url);

/** A file that `test/interop/make_fixtures.py` wrote, unpacked. */
export function fixture(name: string): Uint8Array<ArrayBuffer> {
  if (name.endsWith('.json')) return new Uint8Array(readFileSync(new URL(name, FOLDER)));
  return new Uint8Array(gunzipSync(readFileSync(new URL(`${name}.gz`, FOLDER))));
}

/** What the networks of a folder gave in Python for three {@link pictureNumbers}, by name. */
export function expected(folder: string): Record<string, number[]> {
  return JSON.parse(new TextDecoder().decode(fixture(`${folder}/expected.json`))) as Record<string, number[]>;
}

/** Inputs of the fixtures, [n, h, w, c]: the same numbers as `pictures` of `test/interop/networks.py`. */
export function pictureNumbers(shape: readonly number[]): number[] {
  return Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => Math.fround(((i * 37) % 101) / 101 - 0.5));
}

/** Frees a model; its own `dispose` leaves the weights of layers that are called twice. */
export function free(model: tfl.LayersModel): void {
  tf.dispose(model.weights.map((weight) => weight.read()));
}

/** What a model predicts for three of these pictures. */
export function outputs(model: tfl.LayersModel): number[] {
  return tf.tidy(() => {
    const shape = [3, ...(model.inputs[0]!.shape.slice(1) as number[])];
    return Array.from((model.predict(tf.tensor(pictureNumbers(shape), shape)) as tf.Tensor).dataSync());
  });
}
