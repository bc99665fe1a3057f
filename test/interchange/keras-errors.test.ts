import { expect, it } from 'vitest';
import { FerError, WeightsError } from '../../src/errors';
import { importKeras } from '../../src/interchange/keras-import';
import { describeOn, expectNoLeaks } from '../support/backends';
import { fixture } from './fixtures';

const text = (name: string) => new TextDecoder().decode(fixture(name));
const bytesOf = (json: string) => new TextEncoder().encode(json);

/** The JSON of the shallow fixture after a change, with its weights. */
function changed(change: (json: string) => string) {
  return { json: bytesOf(change(text('keras3/shallow.json'))), weights: fixture('keras3/shallow.weights.h5') };
}

describeOn(['cpu'], 'what importKeras refuses', () => {
  expectNoLeaks();

  it.each(['keras3/deep.keras', 'keras2/deep.h5'])('any part of %s that is not the whole', async (name) => {
    const whole = fixture(name);
    for (const share of [0, 0.01, 0.3, 0.7, 0.99]) {
      const part = whole.slice(0, Math.floor(share * whole.length));
      await expect(importKeras(part), `${share}`).rejects.toThrow(FerError);
    }
  });

  it('text that is no JSON, and JSON that is no model', async () => {
    const weights = fixture('keras3/shallow.weights.h5');
    for (const json of ['{', '[]', '{}', 'null', '{"class_name":"Sequential"}']) {
      await expect(importKeras({ json: bytesOf(json), weights }), json).rejects.toThrow(FerError);
    }
  });

  it('a layer that is not known, by its name', async () => {
    const source = changed((json) => json.replace('"MaxPooling2D"', '"FractionalMaxPooling"'));
    await expect(importKeras(source)).rejects.toThrow(WeightsError);
    await expect(importKeras(source)).rejects.toThrow(/FractionalMaxPooling/);
  });

  it('batch norm along several axes, or along that of the batch', async () => {
    for (const axis of ['[1, 2]', '0']) {
      const source = changed((json) => json.replace(/"axis": ?-1/, `"axis": ${axis}`));
      await expect(importKeras(source)).rejects.toThrow(
        '(BatchNormalization): expected one axis, and not that of the batch',
      );
    }
  });

  it('channels that come first in what is no image', async () => {
    const first = changed((json) =>
      json
        .replace(/"batch_shape": \[null, 16, 16, 1\]/g, '"batch_shape": [null, 16, 16]')
        .replaceAll('"channels_last"', '"channels_first"'),
    );
    await expect(importKeras(first)).rejects.toThrow('(Conv2D): expected images of a known size for channels_first');
  });

  it('weights of another shape, by layer and tensor', async () => {
    const wider = changed((json) => json.replace(/"filters": ?(\d+)/, (_, count) => `"filters": ${Number(count) + 1}`));
    await expect(importKeras(wider)).rejects.toThrow(WeightsError);
    await expect(importKeras(wider)).rejects.toThrow(
      /layer 'conv2d\w*' \(Conv2D\): weight 'kernel': expected shape \[3, 3, 1, 3\], received shape \[3, 3, 1, 2\] in 'layers\/conv2d\/vars\/0'/,
    );
  });

  it('weights that are missing or too many, by layer and tensor', async () => {
    const more = changed((json) => json.replace('"use_bias": true', '"use_bias": false'));
    await expect(importKeras(more)).rejects.toThrow(WeightsError);
    await expect(importKeras(more)).rejects.toThrow(
      /layer 'conv2d\w*' \(Conv2D\): expected 1 weights, received 2, the last 'layers\/conv2d\/vars\/1'/,
    );
    const less = changed((json) => json.replace(/"scale": ?true/, '"scale": false')); // batch norm wants one weight fewer
    await expect(importKeras(less)).rejects.toThrow(/\(BatchNormalization\): expected 3 weights, received 4/);
    const none = changed((json) =>
      json
        .replace('"class_name": "Activation"', '"class_name": "PReLU"')
        .replace('"activation": "relu"', '"shared_axes": null'),
    );
    await expect(importKeras(none)).rejects.toThrow(
      /\(PReLU\): weight 'alpha': expected shape .*, received nothing in the file/,
    );
  });

  it('weights of another network', async () => {
    const other = { json: fixture('keras3/shallow.json'), weights: fixture('keras2/deep.weights.h5') };
    await expect(importKeras(other)).rejects.toThrow(WeightsError);
  });
});
