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
    'keras2/every_layer.h5',
    'keras3/deep.keras',
    'keras2/deep.h5',
  ])('predicts with %s what Keras predicts', async (file) => {
    const [folder, name] = file.split(/[/.]/) as [string, string];
    const model = await importKeras({ file: fixture(file) });
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

  it('predicts with an architecture and weights of Keras 1 what they mean', async () => {
    const model = await importKeras({ json: fixture('keras1/tf.json'), weights: fixture('keras1/tf.h5') });
    expect(outputs(model)).toBeAllClose(expected('keras1')['tf']!, close);
    free(model);
  });
});
