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

/** A Sequential model as a graph that ends with its first convolution. */
function asGraph(json: string): string {
  const { config } = JSON.parse(json) as { config: { layers: { class_name: string; config: { name: string } }[] } };
  const name = (layer: number) => config.layers[layer]!.config.name;
  const node = { class_name: '__keras_tensor__', config: { keras_history: [name(0), 0, 0] } };
  const layers = [0, 1].map((i) => ({
    ...config.layers[i],
    name: name(i),
    inbound_nodes: i === 0 ? [] : [{ args: [node], kwargs: {} }],
  }));
  const ends = { input_layers: [name(0), 0, 0], output_layers: [name(1), 0, 0] };
  return JSON.stringify({ class_name: 'Functional', module: 'keras', config: { name: 'graph', layers, ...ends } });
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

  it('batch norm along an axis that is not the last', async () => {
    const source = changed((json) => json.replace(/"axis": ?-1/, '"axis": 2'));
    await expect(importKeras(source)).rejects.toThrow(
      '(BatchNormalization): expected the last axis, -1 or 3, received axis = 2',
    );
  });

  it.each([
    [
      'a layer for which they cannot be moved',
      (json: string) => json.replace('"relu"', '"softmax"'),
      'another activation',
    ],
    [
      'one of which the channels come last',
      (json: string) => json.replace('channels_first', 'channels_last'),
      'a layer whose',
    ],
    ['a graph', asGraph, 'channels in the last axis, or a Sequential model'],
  ])('channels that come first and go into %s', async (_, change, message) => {
    const first = changed((json) => change(json.replaceAll('"channels_last"', '"channels_first"')));
    await expect(importKeras(first)).rejects.toThrow(`expected ${message}`);
    await expect(importKeras(first)).rejects.toThrow(WeightsError);
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
    const other = { json: text('keras3/shallow.json'), weights: fixture('keras2/deep.weights.h5') };
    await expect(importKeras(other)).rejects.toThrow(WeightsError);
  });
});
