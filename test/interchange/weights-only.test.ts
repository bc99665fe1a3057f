import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import * as layers from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { InputError, WeightsError } from '../../src/errors';
import { importKeras } from '../../src/interchange/keras-import';
import { describeOn, expectNoLeaks } from '../support/backends';
import { weightsOf } from '../support/tiny';
import { expected, fixture, free, outputs } from './fixtures';

/** The reference project's networks, narrow, as `reference` of test/interop/networks.py builds them, with names of tfjs's own making. */
function reference(filters: readonly number[], units: readonly number[], narrow: number): tfl.LayersModel {
  const model = layers.sequential();
  const add = (layer: tfl.layers.Layer) => model.add(layer);
  const norm = () => {
    add(layers.layers.batchNormalization({ epsilon: 0.001 }));
    add(layers.layers.activation({ activation: 'relu' }));
  };
  filters.forEach((count, i) => {
    const shape = i === 0 ? { inputShape: [16, 16, 1] } : {};
    add(layers.layers.conv2d({ filters: count / narrow, kernelSize: i === 1 ? 5 : 3, padding: 'same', ...shape }));
    norm();
    add(layers.layers.maxPooling2d({ poolSize: 2 }));
  });
  add(layers.layers.flatten());
  for (const count of units) {
    add(layers.layers.dense({ units: count / narrow }));
    norm();
  }
  add(layers.layers.dense({ units: 7, activation: 'sigmoid' }));
  return model;
}

const shallow = () => reference([64, 128], [256], 32);
const deep = () => reference([64, 128, 512, 512], [256, 512], 64);

describeOn(['cpu'], 'importKeras({ model, weights })', () => {
  expectNoLeaks();

  it.each([
    ['keras3/shallow.weights.h5', shallow, 'keras3', 'shallow'],
    ['keras2/deep.weights.h5', deep, 'keras2', 'deep'],
  ])('gives a model that was built here the weights of %s', async (file, build, folder, name) => {
    const model = build();
    expect(await importKeras({ model, weights: fixture(file) })).toBe(model);
    expect(outputs(model)).toBeAllClose(expected(folder)[name]!, { atol: 1e-5, rtol: 1e-4 });
    model.dispose();
  });

  it('takes the weights of a whole model, and goes by names where they are the same', async () => {
    const [model, weights] = [await importKeras(fixture('keras2/deep.h5')), fixture('keras2/deep.h5')];
    const before = weightsOf(model);
    tf.tidy(() => model.weights.forEach((weight) => weight.write(tf.mul(weight.read(), 2))));
    await importKeras({ model, weights });
    expect(weightsOf(model)).toEqual(before);
    free(model);
  });

  it.each([
    ['another network', 'keras2/deep.weights.h5', shallow, /expected weights of 7 layers, received 13/],
    [
      'another network of Keras 3',
      'keras3/shallow.weights.h5',
      deep,
      /\(Conv2D\): weight 'kernel': expected shape \[3, 3, 1, 1\]/,
    ],
    ['an architecture', 'keras3/shallow.json', shallow, /^importKeras: weights: expected an HDF5 file/],
  ])('refuses the weights of %s and leaves the model as it was', async (_title, file, build, message) => {
    const model = build();
    const before = weightsOf(model);
    await expect(importKeras({ model, weights: fixture(file) })).rejects.toThrow(WeightsError);
    await expect(importKeras({ model, weights: fixture(file) })).rejects.toThrow(message);
    expect(weightsOf(model)).toEqual(before);
    model.dispose();
  });

  it('refuses layers in another order, by their names', async () => {
    const model = reference([64, 128], [256], 64); // conv, norm, conv, norm, dense, norm, dense
    const { File, ready } = await import('h5wasm');
    const { FS } = await ready;
    const file = new File('crossed.h5', 'w');
    const named = model.layers.filter(({ weights }) => weights.length > 0);
    const names = named.map(({ name }) => name);
    const crossed = [names[1]!, names[0]!, ...names.slice(2, -1), 'head'];
    file.create_attribute('layer_names', crossed);
    for (const name of crossed) file.create_group(name).create_attribute('weight_names', ['a']);
    file.close();
    const weights = Uint8Array.from(FS.readFile('crossed.h5') as Uint8Array);
    FS.unlink('crossed.h5');
    await expect(importKeras({ model, weights })).rejects.toThrow(
      /expected weights in the order of the layers, received/,
    );
    model.dispose();
  });

  it('refuses what is no model', async () => {
    const weights = fixture('keras3/shallow.weights.h5');
    await expect(importKeras({ model: {} as tfl.LayersModel, weights })).rejects.toThrow(InputError);
    await expect(importKeras({ weights } as never)).rejects.toThrow(
      'expected a file, { json, weights } or { model, weights }',
    );
  });
});
