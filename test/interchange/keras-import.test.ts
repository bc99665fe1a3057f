import type * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { importKeras } from '../../src/interchange/keras-import';
import { describeOn, expectNoLeaks } from '../support/backends';
import { expected, fixture, free, outputs } from './fixtures';

const close = { atol: 1e-5, rtol: 1e-4 };

describeOn(['cpu'], 'importKeras', () => {
  expectNoLeaks();

  it.each([
    'keras3/every_layer.keras',
    'keras3/every_layer.h5',
    'keras3/in_parts.keras',
    'keras3/in_parts.h5',
    'keras2/every_layer.h5',
    'keras3/deep.keras',
    'keras2/deep.h5',
  ])('predicts with %s what Keras predicts', async (file) => {
    const [folder, name] = file.split(/[/.]/) as [string, string];
    const model = await importKeras(fixture(file));
    expect(model.name).toBe(name);
    expect(outputs(model)).toBeAllClose(expected(folder)[name]!, close);
    free(model);
  });

  it.each([
    ['keras3', 'shallow'],
    ['keras2', 'deep'],
  ])('predicts with architecture and weights apart what %s predicts', async (folder, name) => {
    const source = { json: fixture(`${folder}/${name}.json`), weights: fixture(`${folder}/${name}.weights.h5`) };
    const model = await importKeras(source);
    expect(outputs(model)).toBeAllClose(expected(folder)[name]!, close);
    free(model);
  });

  it.each(['tf', 'th'])(
    'predicts with an architecture and weights of Keras 1 in the order "%s" what they mean',
    async (order) => {
      const source = { json: fixture(`keras1/${order}.json`), weights: fixture(`keras1/${order}.h5`) };
      const model = await importKeras(source);
      expect(model.inputs[0]!.shape).toEqual([null, 6, 6, 2]);
      expect(outputs(model)).toBeAllClose(expected('keras1')[order]!, close);
      free(model);
    },
  );

  it.each(['first.keras', 'first_flatten_last.h5', 'pooled_first.h5'])(
    'predicts from pictures with their channels last what %s predicts with them first',
    async (file) => {
      const model = await importKeras(fixture(`keras3/${file}`));
      expect(model.inputs[0]!.shape.at(-1)).toBe(2);
      expect(outputs(model)).toBeAllClose(expected('keras3')[file.split('.')[0]!]!, close);
      free(model);
    },
  );

  it('keeps the name of a layer that becomes two, and leaves out what acts in training only', async () => {
    const model = await importKeras(fixture('keras3/in_parts.keras'));
    const kinds = Object.fromEntries(model.layers.map((layer) => [layer.name, layer.getClassName()]));
    expect(kinds).toMatchObject({ flip: 'Activation', leaky: 'Conv2D', mean: 'GlobalAveragePooling2D', head: 'Dense' });
    expect(kinds).toMatchObject({ leaky_leakyrelu: 'LeakyReLU', mean_reshape: 'Reshape', head_relu: 'ReLU' });
    expect(model.outputs[0]!.sourceLayer.name).toBe('head_relu');
    free(model);
  });

  it('takes weights as they are, also where a constraint would have them otherwise', async () => {
    const json = fixture('keras3/shallow.json');
    const weights = fixture('keras3/shallow.weights.h5');
    const constraint = '{"class_name": "MaxNorm", "config": {"max_value": 0.001, "axis": 0}}';
    const constrained = Buffer.from(
      String(Buffer.from(json)).replace('"kernel_constraint": null', `"kernel_constraint": ${constraint}`),
    );
    const [plain, bound] = [await importKeras({ json, weights }), await importKeras({ json: constrained, weights })];
    const kernel = (model: tfl.LayersModel) => Array.from(model.getWeights()[0]!.dataSync());
    expect(Object.keys(bound.layers[1]!.getConfig()['kernelConstraint']!)).toContain('className');
    expect(kernel(bound)).toEqual(kernel(plain));
    free(plain);
    free(bound);
  });

  it('turns the kernels of Theano by 180°', async () => {
    const source = { json: fixture('keras1/tf.json'), weights: fixture('keras1/tf.h5') };
    const [model, turned] = [await importKeras(source), await importKeras(source, { backend: 'theano' })];
    const numbers = (from: tfl.LayersModel, i: number) => Array.from(from.getWeights()[i]!.dataSync());
    const kernel = Array.from({ length: 9 }, (_, place) => numbers(model, 0).slice(8 * place, 8 * place + 8)); // [3 × 3][2, 4]
    expect(numbers(turned, 0)).toEqual(kernel.toReversed().flat());
    for (let i = 1; i < 8; i++) expect(numbers(turned, i)).toEqual(numbers(model, i));
    free(model);
    free(turned);
  });
});
