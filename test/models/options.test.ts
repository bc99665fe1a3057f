import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect, expectTypeOf, it } from 'vitest';
import { InputError } from '../../src/errors';
import { createCompactCnn } from '../../src/models/compact';
import { createDeepCnn } from '../../src/models/deep';
import { listModels, type ModelName } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import { createShallowCnn } from '../../src/models/shallow';
import type { CnnOptions } from '../../src/models/options';
import { describeOn, expectNoLeaks } from '../support/backends';

const TINY: CnnOptions = { conv: { filters: [2, 3] }, dense: { units: [4] }, inputSize: [8, 12] };

function withModel<T>(model: tfl.LayersModel, use: (model: tfl.LayersModel) => T): T {
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}

const layerNames = (model: tfl.LayersModel) => model.layers.map(({ name }) => name).join(' ');

describeOn(['cpu'], 'options of the models', () => {
  expectNoLeaks();

  it('layers have descriptive names, in the documented order', () => {
    expect(withModel(createShallowCnn(TINY), layerNames)).toBe(
      'image conv1 conv1_bn conv1_relu conv1_pool conv1_dropout conv2 conv2_bn conv2_relu conv2_pool conv2_dropout ' +
        'flatten fc1 fc1_bn fc1_relu fc1_dropout probabilities',
    );
    const deep = createDeepCnn({ conv: { filters: [1, 1, 1, 1] }, dense: { units: [2, 2] } });
    expect(withModel(deep, layerNames).split(' flatten ')[1]).toBe(
      'fc1 fc1_bn fc1_relu fc1_dropout fc2 fc2_bn fc2_relu fc2_dropout probabilities',
    );
  });

  it('two models with the same names live side by side and keep their own weights', async () => {
    const [a, b] = [createShallowCnn({ ...TINY, seed: 1 }), createShallowCnn({ ...TINY, seed: 2 })];
    const x = tf.ones([1, 8, 12, 1]);
    const outputs = [a.predict(x), b.predict(x)] as tf.Tensor[];
    const [first, second] = await Promise.all(outputs.map((output) => output.data()));
    expect(first).not.toEqual(second);
    tf.dispose([x, outputs]);
    a.dispose();
    b.dispose();
  });

  it('layers have the sizes, kernels, dropout, L2, output layer, classes and input size of the options', () => {
    const options: CnnOptions = {
      conv: { filters: [2, 3, 4], kernelSizes: [5, 3, 1], dropout: 0.1 },
      dense: { units: [6, 5], batchNorm: true, dropout: 0.2 },
      head: { activation: 'sigmoid' },
      classNames: ['a', 'b', 'c', 'd'],
      l2: 0.01,
      inputSize: [16, 24],
    };
    withModel(createShallowCnn(options), (model) => {
      const config = (name: string) => model.getLayer(name).getConfig();
      expect(model.inputs[0]!.shape).toEqual([null, 16, 24, 1]);
      expect(model.outputs[0]!.shape).toEqual([null, 4]);
      expect(model.getLayer('conv1').getWeights()[0]!.shape).toEqual([5, 5, 1, 2]);
      expect(model.getLayer('conv3').getWeights()[0]!.shape).toEqual([1, 1, 3, 4]);
      expect(model.getLayer('fc2_bn').outputShape).toEqual([null, 5]);
      expect([config('conv2_dropout')['rate'], config('fc1_dropout')['rate']]).toEqual([0.1, 0.2]);
      expect(config('probabilities')['activation']).toBe('sigmoid');
      const kernels = [3, 2].reduce((count, n) => count + n, 1); // convolutions, dense layers, head
      const losses = tf.tidy(() => model.calculateLosses().length);
      expect(losses).toBe(kernels);
    });
  });

  it('the compact model has one, two, three and three convolutions, no last pool, and takes images of any size', () => {
    const conv = { filters: [1, 2, 3], repeats: [1, 2, 3], dropout: 0.1 };
    withModel(createCompactCnn({ conv, inputSize: [16, 16] }), (model) => {
      const names = layerNames(model).split(' ');
      expect(names.filter((name) => /^conv\d[a-z]?$|pool|average|dropout/.test(name))).toEqual(
        (
          'conv1 conv1_pool conv1_dropout conv2 conv2b conv2_pool conv2_dropout ' +
          'conv3 conv3b conv3c conv3_dropout average probabilities_dropout'
        ).split(' '),
      );
      expect(model.getLayer('probabilities_dropout').getConfig()['rate']).toBe(0.2);
      const shape = tf.tidy(() => (model.apply(tf.zeros([2, 20, 12, 1])) as tf.Tensor).shape);
      expect(shape).toEqual([2, 7]);
    });
    withModel(createCompactCnn({ conv: { filters: [1, 1, 1, 1] } }), (model) => {
      const names = layerNames(model).split(' ');
      expect(names.filter((name) => /^conv\d[a-z]?$/.test(name))).toEqual(
        'conv1 conv2 conv2b conv3 conv3b conv3c conv4 conv4b conv4c'.split(' '),
      );
    });
  });

  it('one kernel size applies to all blocks, and dropout 0 removes the layer', () => {
    const conv = { filters: [2, 2, 2], kernelSizes: 1, dropout: 0 };
    withModel(createDeepCnn({ conv, dense: { units: [] }, head: { activation: 'softmax' } }), (model) => {
      expect(layerNames(model)).not.toMatch(/dropout|fc/);
      expect(model.getLayer('conv3').getWeights()[0]!.shape).toEqual([1, 1, 2, 2]);
    });
  });

  it("the variant 'code' has a sigmoid output layer by default", () => {
    const activation = (model: tfl.LayersModel) => model.getLayer('probabilities').getConfig()['activation'];
    expect(withModel(createShallowCnn({ ...TINY, variant: 'code' }), activation)).toBe('sigmoid');
    const softmax = createShallowCnn({ ...TINY, variant: 'code', head: { activation: 'softmax' } });
    expect(withModel(softmax, activation)).toBe('softmax');
  });

  it('listModels names what createModel builds', () => {
    expect(listModels()).toEqual(['compact', 'shallow', 'deep']);
    expectTypeOf(listModels()).toEqualTypeOf<('shallow' | 'deep' | 'compact')[]>();
    expect(withModel(createModel('shallow', TINY), ({ name }) => name)).toBe('shallow');
  });

  const WRONG: [title: string, options: unknown, message: RegExp][] = [
    ['an unknown option', { filters: [1, 2] }, /createDeepCnn: expected keys among .* the key "filters"/],
    ['an unknown nested option', { dense: { units: [1], rate: 0.5 } }, /dense: .* the key "rate"/],
    ['an unknown variant', { variant: 'paper' }, /variant: expected one of "text", "code"/],
    ['no filters', { conv: { filters: [] } }, /conv\.filters: expected an array of length at least 1/],
    ['filters that are no list', { conv: { filters: 3, kernelSizes: 3 } }, /conv\.filters: expected an array/],
    ['half a filter', { conv: { filters: [1, 1, 1, 0.5] } }, /conv\.filters\[3\]: expected an integer of at least 1/],
    ['too few repeats', { conv: { repeats: [1] } }, /conv\.repeats: expected an array of length 4/],
    ['dropout of all features', { head: { dropout: 1 } }, /head\.dropout: expected a finite number in 0\.\.0\.99/],
    ['too few kernel sizes', { conv: { kernelSizes: [3, 3] } }, /conv\.kernelSizes: expected an array of length 4/],
    ['dropout of everything', { conv: { dropout: 1 } }, /conv\.dropout: expected a finite number in 0\.\.0\.99/],
    ['batch norm as text', { dense: { batchNorm: 'yes' } }, /dense\.batchNorm: expected true or false/],
    ['an unknown head', { head: { activation: 'relu' } }, /head\.activation: expected one of/],
    ['one class', { classNames: ['happy'] }, /classNames: expected 2 to 255 class names/],
    ['one name twice', { classNames: ['a', 'a'] }, /classNames: expected distinct class names/],
    ['the number of classes', { head: { classes: 3 } }, /the key "classes"/],
    ['negative L2', { l2: -1 }, /l2: expected a finite number of at least 0/],
    ['a negative seed', { seed: -1 }, /seed: expected an integer of at least 0/],
    ['an input too small for four pools', { inputSize: [48, 15] }, /inputSize: expected at least 16×16 .* 48×15/],
    ['an input of one side', { inputSize: [48] }, /inputSize: expected an array of length 2/],
    ['null', null, /createDeepCnn: expected an object, received null/],
  ];

  it.each(WRONG)('refuses %s and makes no tensor', (_title, options, message) => {
    const before = tf.memory().numTensors;
    expect(() => createDeepCnn(options as CnnOptions)).toThrow(InputError);
    expect(() => createDeepCnn(options as CnnOptions)).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['resnet', 'toString', ''])('refuses the name %j', (name) => {
    expect(() => createModel(name as ModelName)).toThrow(
      /createModel: name: expected one of "compact", "shallow", "deep"/,
    );
  });
});
