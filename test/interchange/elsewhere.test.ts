import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WeightsError } from '../../src/errors';
import { writeHdf5 } from '../../src/interchange/hdf5';
import { exportKeras } from '../../src/interchange/keras-export';
import { importKeras, type KerasSource } from '../../src/interchange/keras-import';
import { describeOn, expectNoLeaks } from '../support/backends';
import { expected, fixture, free, outputs } from './fixtures';

/*
 * The files of fixtures/elsewhere were made with Keras 3.15, Keras 2.4's format and tfjs 4.22, and are such as public models are; expected.json and
 * *.expected.json are what Keras 3.15 predicts. Those of fixtures/elsewhere/made come from test/interop/make_elsewhere.py.
 */
const close = { atol: 1e-5, rtol: 1e-4 };
const file = (name: string): KerasSource => fixture(`elsewhere/${name}`);
const jsonOf = <T>(name: string) => JSON.parse(new TextDecoder().decode(fixture(`elsewhere/${name}`))) as T;

/** What a model predicts for the inputs of a file, and what Keras did. */
function compared(model: tfl.LayersModel, name: string): [ours: number[], theirs: number[]] {
  const { x, y } = jsonOf<{ x: number[][][][]; y: number[][] }>(name);
  const ours = tf.tidy(() => Array.from((model.predict(tf.tensor4d(x)) as tf.Tensor).dataSync()));
  return [ours, y.flat()];
}

describeOn(['cpu'], 'models from elsewhere', () => {
  expectNoLeaks();

  beforeEach(() => {
    vi.spyOn(console, 'warn');
  });
  afterEach(() => {
    const shown = vi.mocked(console.warn).mock.calls.filter(([text]) => !/speed things up/.test(String(text)));
    vi.restoreAllMocks();
    expect(shown).toEqual([]); // tfjs warns of what it is given wrongly
  });

  it.each([
    ['separable_regularized.h5', 'separable'],
    ['separable.h5', 'separable'],
    ['hard_silu.keras', 'hard_silu'],
    ['normalization.keras', 'normalization'],
  ])('%s predicts what it does in Keras', async (name, values) => {
    const model = await importKeras(file(name));
    const [ours, theirs] = compared(model, `${values}.expected.json`);
    expect(ours).toBeAllClose(theirs, close);
    free(model);
  });

  it.each(['inner_input_shape.h5', 'alphabetical.keras', 'rgb.keras', 'logits.keras'])(
    '%s predicts what it does in Keras, without a warning',
    async (name) => {
      const model = await importKeras(file(name));
      expect(outputs(model)).toBeAllClose(expected('elsewhere')[name.split('.')[0]!]!, close);
      free(model);
    },
  );

  it.each([
    'activations.keras',
    'normalized.keras',
    'normalized.h5',
    'mixed.keras',
    'mixed_first.h5',
    'graph_first.keras',
    'operations.keras',
    'operations.h5',
  ])('%s predicts what it does in Keras, and so does what is exported of it', async (name) => {
    const model = await importKeras(file(`made/${name}`));
    const theirs = expected('elsewhere/made')[name.split('.')[0]!]!;
    expect(outputs(model)).toBeAllClose(theirs, close);
    const back = await importKeras(await exportKeras(model));
    expect(outputs(back)).toBeAllClose(theirs, close);
    free(back);
    free(model);
  });

  it('computes the arithmetic of a graph of Keras 2, which calls functions of TensorFlow', async () => {
    const calls: [name: string, call: unknown[]][] = [
      ['math.truediv', ['image', 0, 0, { y: 2, name: null }]],
      ['math.subtract', ['f0', 0, 0, { y: [1, 2] }]], // as many as there are channels
      ['__operators__.add', ['f1', 0, 0, { y: ['f0', 0, 0] }]],
      ['math.multiply', ['f2', 0, 0, { y: 3, name: null }]],
    ];
    const input = { name: 'image', batch_input_shape: [null, 1, 1, 2] };
    const layers = [
      { class_name: 'InputLayer', name: 'image', config: input, inbound_nodes: [] },
      ...calls.map(([name, call], i) => {
        return {
          class_name: 'TFOpLambda',
          name: `f${i}`,
          config: { name: `f${i}`, function: name },
          inbound_nodes: [[call]],
        };
      }),
    ];
    const graph = (last: string) => ({
      layers,
      name: 'graph',
      input_layers: [['image', 0, 0]],
      output_layers: [[last, 0, 0]],
    });
    const weights = (await within('test', () =>
      writeHdf5((h5) => h5.attribute('', 'layer_names', [])),
    )) as Uint8Array<ArrayBuffer>;
    const model = await importKeras({ json: { class_name: 'Functional', config: graph('f3') }, weights });
    const ours = tf.tidy(() =>
      Array.from((model.predict(tf.tensor4d([10, 20], [1, 1, 1, 2])) as tf.Tensor).dataSync()),
    );
    expect(ours).toBeAllClose([3 * (5 - 1 + 5), 3 * (10 - 2 + 10)]);
    layers[4]!.config = { name: 'f3', function: 'nn.depth_to_space' } as never;
    const unknown = importKeras({ json: { class_name: 'Functional', config: graph('f3') }, weights });
    await expect(unknown).rejects.toThrow(
      `'f3' (TFOpLambda): expected a layer, or the sum, difference, product or quotient of a tensor and a number, received the operation "nn.depth_to_space"`,
    );
  });

  /** A chain of layers without weights, as Keras 3 writes it. */
  const chain = async (shape: number[], ...layers: [kind: string, config: object][]) => {
    const all = [['InputLayer', { batch_shape: [null, ...shape] }] as const, ...layers];
    const entries = all.map(([class_name, config], i) => ({ class_name, config: { name: `l${i}`, ...config } }));
    const weights = await within('test', () => writeHdf5((h5) => h5.attribute('layers', 'name', 'none')));
    return importKeras({ json: { module: 'keras', class_name: 'Sequential', config: { layers: entries } }, weights });
  };

  it('leaves flat input flat, and applies softmax along any axis', async () => {
    const flat = await chain([3], ['Flatten', {}], ['Flatten', { data_format: 'channels_last' }]);
    expect(flat.outputs[0]!.shape).toEqual([null, 3]);
    const softmax = await chain([2, 3], ['Softmax', { axis: 1 }]);
    const [ln2, ln3] = [Math.log(2), Math.log(3)];
    const [same, ours] = tf.tidy(() => [
      Array.from((flat.predict(tf.tensor2d([[1, 2, 3]])) as tf.Tensor).dataSync()),
      Array.from(
        (
          softmax.predict(
            tf.tensor3d([
              [
                [0, ln2, 7],
                [0, 0, 7 + ln3],
              ],
            ]),
          ) as tf.Tensor
        ).dataSync(),
      ),
    ]);
    expect(same).toEqual([1, 2, 3]);
    expect(ours).toBeAllClose([1 / 2, 2 / 3, 1 / 4, 1 / 2, 1 / 3, 3 / 4]); // e^0 : e^0, 2 : 1 and 1 : 3
  });

  it('applies softmax and keeps axes of pooling where channels come first', async () => {
    const first = { data_format: 'channels_first' };
    const model = await chain(
      [2, 1, 2],
      ['MaxPooling2D', { pool_size: [1, 1], padding: 'valid', ...first }],
      ['Softmax', { axis: 1 }],
      ['GlobalAveragePooling2D', { keepdims: true, ...first }],
      ['Flatten', {}],
    );
    expect(model.inputs[0]!.shape).toEqual([null, 1, 2, 2]);
    const [ln2, ln3] = [Math.log(2), Math.log(3)];
    const ours = tf.tidy(() =>
      // [n, h, w, c]: channels 0 : ln 3 in the first place, ln 2 : 0 in the second
      Array.from(
        (
          model.predict(
            tf.tensor4d([
              [
                [
                  [0, ln3],
                  [ln2, 0],
                ],
              ],
            ]),
          ) as tf.Tensor
        ).dataSync(),
      ),
    );
    expect(ours).toBeAllClose([(1 / 4 + 2 / 3) / 2, (3 / 4 + 1 / 3) / 2]);
  });

  it('names the layer that TensorFlow.js refuses, and calls of what is not there', async () => {
    const window = { pool_size: [2, 2], padding: 'valid' };
    await expect(chain([4], ['MaxPooling2D', window])).rejects.toThrow(
      /^importKeras: layer 'l1' \(MaxPooling2D\): expected what TensorFlow\.js computes, received /,
    );
    const layers = [
      { class_name: 'InputLayer', name: 'a', config: { batch_shape: [null, 2] }, inbound_nodes: [] },
      { class_name: 'ReLU', name: 'b', config: {}, inbound_nodes: [[['a', 0, 1, {}]]] },
    ];
    const config = { name: 'm', layers, input_layers: [['a', 0, 0]], output_layers: [['b', 0, 0]] };
    const weights = await within('test', () => writeHdf5((h5) => h5.attribute('', 'layer_names', [])));
    await expect(importKeras({ json: { class_name: 'Model', config }, weights })).rejects.toThrow(
      "importKeras: expected calls with outputs of layers, received output 1 of call 0 of 'a'",
    );
  });

  it('takes images with their channels last where Keras took them first', async () => {
    const shapes = await Promise.all(
      ['mixed_first.h5', 'graph_first.keras'].map(async (name) => {
        const model = await importKeras(file(`made/${name}`));
        free(model);
        return model.inputs[0]!.shape;
      }),
    );
    expect(shapes).toEqual([
      [null, 9, 8, 3],
      [null, 9, 8, 3],
    ]);
  });

  it.each([
    ['converted', 4095],
    ['converted_functional', 4079],
  ])('%s.json, which tensorflowjs_converter wrote for Keras 3, predicts what it does in Keras', async (name, count) => {
    const weights = fixture('elsewhere/group1-shard1of1.bin').slice(0, 4 * count); // the two share a file of weights
    const json = fixture(`elsewhere/${name}.json`);
    const whole = await importKeras({ json: jsonOf<object>(`${name}.json`), weights });
    const parts = await importKeras({
      json,
      weights: [weights.slice(0, 400), weights.slice(400)],
    });
    for (const model of [whole, parts]) {
      expect(outputs(model)).toBeAllClose(expected('elsewhere')[name]!, close);
      free(model);
    }
    const short = importKeras({ json: jsonOf<object>(`${name}.json`), weights: weights.slice(4) });
    await expect(short).rejects.toThrow(
      `weights: expected ${4 * count} bytes, as the manifest says, received ${4 * count - 4}`,
    );
  });

  it('a weight is refused whose name would replace the prototype of all of them, and no tensor is left', async () => {
    const json = jsonOf<{ weightsManifest: { weights: { name: string }[] }[] }>('converted.json');
    json.weightsManifest[0]!.weights[0]!.name = '__proto__';
    const { numTensors } = tf.memory();
    const imported = importKeras({ json, weights: fixture('elsewhere/group1-shard1of1.bin') });
    await expect(imported).rejects.toThrow(
      /^importKeras: json: weight '__proto__': expected a float32 tensor with a name/,
    );
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('a graph model is called by that name, with the way out', async () => {
    const graph = importKeras({ json: jsonOf<object>('graph_model.json'), weights: new Uint8Array(8) });
    await expect(graph).rejects.toThrow(WeightsError);
    await expect(graph).rejects.toThrow(/received a graph model of TensorFlow\.js.*importKeras.*tfjs_layers_model/);
  });

  it.each([
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3',
      /received a Git LFS pointer, not the file\. .*git lfs pull/,
    ],
    ['a page', '<!DOCTYPE html><html></html>', /received a web page\. Download the file itself/],
    ['a TensorFlow Lite model', '\x1c\0\0\0TFL3', /received a TensorFlow Lite model/],
  ])('%s is called by that name', async (_title, text, message) => {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    await expect(importKeras(bytes)).rejects.toThrow(message);
    await expect(importKeras({ json: {}, weights: bytes })).rejects.toThrow(message);
  });

  it('a file of a browser is named in messages, and the text of a file is not taken for its path or repeated', async () => {
    const whole = fixture('elsewhere/made/mixed.keras');
    const cut = new File([whole.slice(0, 900)], 'emotions.keras');
    await expect(importKeras('none.h5')).rejects.toThrow(/^importKeras: none\.h5: expected a file that can be read/);
    await expect(importKeras(cut)).rejects.toThrow(/^importKeras: emotions\.keras: expected a whole zip archive/);
    for (const text of [Buffer.alloc(2e6, 'A').toString(), JSON.stringify(jsonOf('converted.json'))]) {
      for (const source of [text, { json: text, weights: whole }, { json: {}, weights: text }]) {
        const error = (await importKeras(source).catch((reason: unknown) => reason)) as Error;
        expect(error).toBeInstanceOf(WeightsError);
        expect(error.message.length).toBeLessThan(400);
        expect(error.message).toMatch(
          /: expected a file that can be read, received a path of \d+ characters\. A string is/,
        );
      }
    }
  });
});
