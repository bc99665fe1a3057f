import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { traitsOf } from '../../src/models/traits';
import { importKeras } from '../../src/interchange/keras-import';
import { listModels } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import { describeOn, expectNoLeaks } from '../support/backends';
import { NARROW } from '../support/tiny';
import { fixture, free } from '../interchange/fixtures';

const { layers } = tfl;

/** A model of these layers for images of 8 × 8 × 3. */
const model = (...list: tfl.layers.Layer[]) => {
  const input = tfl.input({ shape: [8, 8, 3] });
  const output = list.reduce<tfl.SymbolicTensor>((x, layer) => layer.apply(x) as tfl.SymbolicTensor, input);
  return tfl.model({ inputs: input, outputs: output });
};
const flat = () => layers.flatten();

describeOn(['cpu'], 'traitsOf', () => {
  expectNoLeaks();

  it.each(listModels())('tells what the model %s takes and gives', (name) => {
    const network = createModel(name, NARROW[name]);
    const facts = { inputShape: [16, 16, 1], channels: 1, rescales: false, outputs: 'probabilities', classes: 7 };
    expect(traitsOf(network)).toEqual(facts);
    free(network);
  });

  it.each([
    ['alphabetical.keras', { channels: 1, outputs: 'probabilities' }],
    ['rgb.keras', { channels: 3, outputs: 'probabilities' }],
    ['logits.keras', { channels: 1, outputs: 'logits' }],
    ['normalization.keras', { channels: 1, rescales: false }], // mean .5 and variance .25: for pixels in 0..1
  ])('tells of the file %s', async (name, facts) => {
    const imported = await importKeras(fixture(`elsewhere/${name}`));
    expect(traitsOf(imported)).toMatchObject({ classes: 7, ...facts });
    free(imported);
  });

  it.each([
    ['a scaling to 0..1', true, () => [layers.rescaling({ scale: 1 / 255 })]],
    [
      'a scaling to -1..1, behind padding',
      true,
      () => [layers.zeroPadding2d(), layers.rescaling({ scale: 1 / 127.5, offset: -1 })],
    ],
    [
      'two steps',
      true,
      () => [layers.rescaling({ scale: 1 / 255 }), layers.rescaling({ scale: [4, 5, 4] as never, offset: -2 })],
    ],
    ['from 0..1 to -1..1', false, () => [layers.rescaling({ scale: 2, offset: -1 })]],
    [
      'a scaling behind the first convolution',
      false,
      () => [layers.conv2d({ filters: 1, kernelSize: 1 }), layers.rescaling({ scale: 0.001 })],
    ],
    ['a model within', true, () => [model(layers.rescaling({ scale: 1 / 255 }))]],
  ])('tells by %s whether pixels are taken raw: %s', (_title, rescales, list) => {
    const network = model(...list(), flat(), layers.dense({ units: 2 }));
    expect(traitsOf(network)).toMatchObject({ rescales, channels: 3, outputs: 'logits', classes: 2 });
    network.dispose();
  });

  it.each([
    ['probabilities', () => [flat(), layers.dense({ units: 5, activation: 'sigmoid' })]],
    ['probabilities', () => [flat(), layers.dense({ units: 5 }), layers.activation({ activation: 'softmax' })]],
    ['probabilities', () => [flat(), layers.dense({ units: 5 }), layers.softmax()]],
    [
      'probabilities',
      () => [layers.conv2d({ filters: 5, kernelSize: 1, activation: 'softmax' }), layers.globalAveragePooling2d({})],
    ],
    ['logits', () => [layers.conv2d({ filters: 5, kernelSize: 1 }), layers.globalAveragePooling2d({})]],
    [
      'logits',
      () => [
        flat(),
        layers.dense({ units: 5 }),
        layers.dropout({ rate: 0.1 }),
        layers.activation({ activation: 'linear' }),
      ],
    ],
    ['logits', () => [model(flat(), layers.dense({ units: 5 }))]],
    ['unknown', () => [flat(), layers.dense({ units: 5, activation: 'relu' })]],
    ['unknown', () => [flat(), layers.dense({ units: 5, activation: 'tanh' })]],
  ])('finds that outputs are %s', (outputs, list) => {
    const network = model(...list());
    expect(traitsOf(network)).toMatchObject({ outputs, classes: 5 });
    network.dispose();
  });

  it('has no channels if the input is not an image, and refuses anything but a model', () => {
    const network = tfl.sequential({ layers: [layers.dense({ units: 3, inputShape: [4] })] });
    expect(traitsOf(network)).toMatchObject({ inputShape: [4], channels: undefined, classes: 3 });
    network.dispose();
    expect(() => traitsOf({} as tfl.LayersModel)).toThrow(InputError);
  });
});
