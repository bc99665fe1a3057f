import { within } from '../../src/errors';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { EMOTIONS } from '../../src/labels';
import { resolveFacts, resolvePreprocessing } from '../../src/models/facts';
import { addFacts, factsIn, factsOf } from '../../src/models/known-facts';
import { listModels } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import { describeOn, expectNoLeaks } from '../support/backends';
import { NARROW } from '../support/tiny';

type Shape = (number | null)[];

/** A model from elsewhere. */
function foreign(inputShape: Shape = [4, 6, 1], units = 7, activation: 'softmax' | 'linear' | 'sigmoid' = 'softmax') {
  const layers = [tfl.layers.globalAveragePooling2d({ inputShape }), tfl.layers.dense({ units, activation })];
  return tfl.sequential({ layers });
}

/** What is made of a model, which is then freed. */
function using<T>(model: tfl.LayersModel, use: (model: tfl.LayersModel) => T): T {
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}

const ALPHABETICAL = ['angry', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'];
const { mean, std } = DEFAULT_PREPROCESSING;

describeOn(['cpu'], 'what is known about a model', () => {
  expectNoLeaks();

  it.each([
    ['is 13 GB', 1, 1200, '[1, 57600, 57600, 1]'],
    ['is as large within a model', 2, 1200, '[1, 57600, 57600, 1]'],
  ])('a model for images of any size may have no layer whose output %s', (_, depth, factor, received) => {
    const { globalAveragePooling2d, dense, upSampling2d } = tfl.layers;
    const inner = [upSampling2d({ size: [factor, factor], inputShape: [null, null, 1] }), globalAveragePooling2d({})];
    const first = depth === 2 ? [tfl.sequential({ layers: inner })] : inner;
    using(tfl.sequential({ layers: [...first, dense({ units: 7, activation: 'softmax' })] }), (model) => {
      expect(() => resolvePreprocessing(model, '0..1')).toThrow(InputError);
      expect(() => resolvePreprocessing(model, '0..1')).toThrow(
        `: model: expected outputs of at most 67108864 values for an image, received ${received} of 'up_sampling`,
      );
      const small = { inputSize: [4, 6] as const, mean: 0, std: 255 };
      expect(resolvePreprocessing(model, small)).toEqual(small);
    });
  });

  it.each(listModels())('the %s model knows classes and preprocessing from its builder', (name) => {
    using(createModel(name, NARROW[name]), (model) => {
      const preprocessing = { inputSize: [16, 16], mean, std };
      expect(factsOf(model)).toMatchObject({ classNames: EMOTIONS, preprocessing });
      expect(within('here', () => resolveFacts(model, {}))).toEqual({
        classNames: EMOTIONS,
        preprocessing,
        outputs: 'probabilities',
      });
    });
  });

  it('asks for the class names and the preprocessing of other models', () => {
    using(foreign(), (model) => {
      expect(factsOf(model)).toEqual({});
      expect(() => within('here', () => resolveFacts(model, {}))).toThrow(InputError);
      const [names, pixels] = [{ classNames: 'fer2013' }, { pixels: '0..1' }] as const;
      expect(() => within('here', () => resolveFacts(model, {}))).toThrow(
        /^here: .* received no class names or scaling of pixels\./,
      );
      expect(() => within('here', () => resolveFacts(model, names))).toThrow(
        /received no scaling of pixels\. Pass classNames: /,
      );
      expect(() => within('here', () => resolveFacts(model, pixels))).toThrow(
        / received no class names\. .*suggestCard finds both/,
      );
    });
  });

  it.each([
    ['fer2013', EMOTIONS],
    ['alphabetical', ALPHABETICAL],
    [
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    ],
  ] as const)('takes the class names %j', (classNames, expected) => {
    using(foreign(), (model) => {
      expect(within('here', () => resolveFacts(model, { classNames, pixels: '0..1' })).classNames).toEqual(expected);
    });
  });

  it.each<[pixels: unknown, mean: unknown, std: unknown]>([
    ['0..1', 0, 1],
    ['-1..1', 0.5, 0.5],
    ['0..255', 0, 1 / 255],
    ['fer2013', 0.508, 0.254],
    [{ mean: 0.3, std: 0.2 }, 0.3, 0.2],
  ])('takes pixels %j at the size of the model', (pixels, mean, std) => {
    using(foreign(), (model) => {
      expect(within('here', () => resolvePreprocessing(model, pixels as '0..1'))).toEqual({
        inputSize: [4, 6],
        mean,
        std,
      });
    });
  });

  it('accepts color, with one number for all channels or one per channel', () => {
    const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    using(foreign([8, 8, 3]), (model) => {
      const shape = { inputSize: [8, 8], channels: 3 };
      expect(within('here', () => resolvePreprocessing(model, imagenet))).toEqual({ ...shape, ...imagenet });
      expect(within('here', () => resolvePreprocessing(model, '-1..1'))).toEqual({ ...shape, mean: 0.5, std: 0.5 });
      expect(() => within('here', () => resolvePreprocessing(model, { mean: [1, 2], std: 1 }))).toThrow(
        /mean: expected a number, or 3/,
      );
    });
    using(foreign(), (model) => {
      expect(() => within('here', () => resolvePreprocessing(model, imagenet))).toThrow(
        /mean: expected a number, or 1/,
      );
    });
  });

  it('uses the size of the preprocessing, otherwise that of FER2013, if the model takes any size', () => {
    using(foreign([null, null, 1]), (model) => {
      const inputSize = [32, 40] as const;
      expect(within('here', () => resolvePreprocessing(model, { inputSize, mean: 0, std: 1 }))).toMatchObject({
        inputSize,
      });
      expect(within('here', () => resolvePreprocessing(model, '0..1'))).toMatchObject({ inputSize: [48, 48] });
    });
  });

  it.each<[title: string, given: object, message: RegExp]>([
    [
      'too few names',
      { classNames: ['a', 'b'] },
      /model: expected one output of shape \[null, 2\].*received .*\[null, 7\]/,
    ],
    ['a name twice', { classNames: Array(7).fill('a') }, /classNames: expected distinct class names/],
    ['an empty name', { classNames: ['', 'b'] }, /classNames\[0\]: expected a name/],
    ['an unknown order', { classNames: 'mine' }, /classNames: expected an array/],
    ['unknown pixels', { pixels: '0..2' }, /pixels: expected one of '0\.\.1', '-1\.\.1', '0\.\.255', 'fer2013'/],
    ['an inherited name', { pixels: 'constructor' }, /pixels: expected one of/],
    ['a deviation of 0', { pixels: { mean: 0, std: 0 } }, /std: expected a finite number/],
    [
      'another size',
      { preprocessing: { inputSize: [6, 4], mean: 0, std: 1 } },
      /preprocessing for the input \[null, 4, 6, 1\]/,
    ],
    ['unknown outputs', { outputs: 'scores' }, /outputs: expected one of "probabilities", "logits"/],
  ])('refuses %s', (_title, given, message) => {
    using(foreign(), (model) => {
      const resolve = () =>
        within('here', () => resolveFacts(model, { classNames: 'fer2013', pixels: '0..1', ...given }));
      expect(resolve).toThrow(InputError);
      expect(resolve).toThrow(message);
    });
  });

  it.each<[title: string, make: () => tfl.LayersModel, message: RegExp]>([
    [
      'two channels',
      () => foreign([4, 4, 2]),
      /input of shape \[null, height, width, 1 or 3\], received .*\[null, 4, 4, 2\]/,
    ],
    [
      'no image',
      () => tfl.sequential({ layers: [tfl.layers.dense({ units: 7, inputShape: [9] })] }),
      /received the input shape \[null, 9\]/,
    ],
    ['no layers', () => tfl.sequential(), /received 0 inputs/],
  ])('refuses a model that takes %s', (_title, make, message) => {
    const model = make();
    expect(() => within('here', () => resolveFacts(model, { classNames: 'fer2013', pixels: '0..1' }))).toThrow(message);
    if (model.layers.length > 0) model.dispose();
  });

  it('refuses a single output', () => {
    using(foreign([4, 4, 1], 1, 'sigmoid'), (model) => {
      expect(() => within('here', () => resolveFacts(model, { classNames: ['smile'], pixels: '0..1' }))).toThrow(
        /2 to 255 class names/,
      );
    });
  });

  it('asks about a linear output layer, and treats sigmoid and softmax as probabilities', () => {
    const given = { classNames: 'fer2013', pixels: '0..1' } as const;
    using(foreign([4, 4, 1], 7, 'linear'), (model) => {
      expect(() => within('here', () => resolveFacts(model, given))).toThrow(
        /a linear output layer\. Pass outputs: 'logits' if/,
      );
      expect(within('here', () => resolveFacts(model, { ...given, outputs: 'logits' })).outputs).toBe('logits');
      addFacts(model, { outputs: 'logits' });
      expect(within('here', () => resolveFacts(model, given)).outputs).toBe('logits');
    });
    using(foreign([4, 4, 1], 7, 'sigmoid'), (model) => {
      expect(within('here', () => resolveFacts(model, given)).outputs).toBe('probabilities');
    });
  });

  it('adds facts without changing other metadata, and ignores metadata that is not an object', () => {
    using(foreign(), (model) => {
      model.setUserDefinedMetadata({ author: 'me' });
      addFacts(model, { classNames: ['a', 'b'] });
      addFacts(model, { outputs: 'logits' });
      expect(factsOf(model)).toEqual({ classNames: ['a', 'b'], outputs: 'logits' });
      expect(model.getUserDefinedMetadata()).toMatchObject({ author: 'me' });
    });
    for (const metadata of [undefined, {}, { ferCnnCard: 'x' }, { ferCnnCard: null }])
      expect(factsIn(metadata)).toEqual({});
  });
});
