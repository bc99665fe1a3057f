import { expect, it } from 'vitest';
import { FerError, WeightsError } from '../../src/errors';
import { importKeras } from '../../src/interchange/keras-import';
import { describeOn, expectNoLeaks } from '../support/backends';
import { fixture } from './fixtures';

const text = (name: string) => new TextDecoder().decode(fixture(name));

/** The JSON of the shallow fixture after a change, with its weights. */
function changed(change: (json: string) => string) {
  return { json: change(text('keras3/shallow.json')), weights: fixture('keras3/shallow.weights.h5') };
}

describeOn(['cpu'], 'what importKeras refuses', () => {
  expectNoLeaks();

  it.each(['keras3/deep.keras', 'keras2/deep.h5'])('any part of %s that is not the whole', async (name) => {
    const whole = fixture(name);
    for (const share of [0, 0.01, 0.3, 0.7, 0.99]) {
      const part = whole.slice(0, Math.floor(share * whole.length));
      await expect(importKeras({ file: part }), `${share}`).rejects.toThrow(FerError);
    }
  });

  it('text that is no JSON, and JSON that is no model', async () => {
    const weights = fixture('keras3/shallow.weights.h5');
    for (const json of ['{', '[]', '{}', 'null', '{"class_name":"Sequential"}']) {
      await expect(importKeras({ json, weights }), json).rejects.toThrow(FerError);
    }
  });

  it('a layer that is not known, by its name', async () => {
    const source = changed((json) => json.replace('"MaxPooling2D"', '"FractionalMaxPooling"'));
    await expect(importKeras(source)).rejects.toThrow(WeightsError);
    await expect(importKeras(source)).rejects.toThrow(/FractionalMaxPooling/);
  });

  it('channels that come first, instead of a model that computes something else', async () => {
    const first = changed((json) => json.replaceAll('"channels_last"', '"channels_first"'));
    await expect(importKeras(first)).rejects.toThrow(/expected channels in the last axis, received channels_first/);
    const th = { json: fixture('keras1/th.json'), weights: fixture('keras1/th.h5') };
    await expect(importKeras(th)).rejects.toThrow(/received channels_first/);
  });

  it('weights of another shape, and weights of another network', async () => {
    const wider = changed((json) => json.replace(/"filters": ?(\d+)/, (_, count) => `"filters": ${Number(count) + 1}`));
    await expect(importKeras(wider)).rejects.toThrow(WeightsError);
    const other = { json: text('keras3/shallow.json'), weights: fixture('keras2/deep.weights.h5') };
    await expect(importKeras(other)).rejects.toThrow(WeightsError);
  });
});
