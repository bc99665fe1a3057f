import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { InputError, WeightsError } from '../../src/errors';
import { factsOf } from '../../src/models/known-facts';
import { createShallowCnn } from '../../src/models/shallow';
import { Random } from '../../src/random';
import type { ModelCard } from '../../src/storage/card';
import { card as checkCard } from '../../src/storage/card-schema';
import { decodeModel, type StoredModel } from '../../src/storage/decode';
import { encodeModel } from '../../src/storage/encode';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { draftCard } from '../support/cards';

const SIZE: readonly [number, number] = [8, 8];
const tiny = (seed = 1) =>
  createShallowCnn({ conv: { filters: [3, 4] }, dense: { units: [6] }, inputSize: SIZE, seed });

/** Stores a tiny model. */
async function stored(dtype: 'float32' | 'float16' | 'uint8' | 'mixed' = 'float32', seed = 1) {
  const model = tiny(seed);
  try {
    return await within('there', () => encodeModel(model, { card: draftCard(SIZE), dtype }));
  } finally {
    model.dispose();
  }
}

async function predict(model: tfl.LayersModel): Promise<Float32Array> {
  const random = new Random(2);
  const x = tf.tensor4d(
    Float32Array.from({ length: 128 }, () => random.normal()),
    [2, 8, 8, 1],
  );
  const output = model.predict(x) as tf.Tensor;
  const values = (await output.data()) as Float32Array;
  tf.dispose([x, output]);
  return values.slice();
}

describeOn(BACKENDS, 'a stored model', () => {
  expectNoLeaks();

  it('gives the same outputs to the bit when stored as float32', async () => {
    const model = tiny();
    const expected = await predict(model);
    const encoded = await within('there', () => encodeModel(model, { card: draftCard(SIZE), dtype: 'float32' }));
    model.dispose();
    const loaded = await within('here', () => decodeModel(encoded));
    expect(await predict(loaded.model)).toEqual(expected);
    expect(loaded.card).toEqual(encoded.card);
    loaded.model.dispose();
  });

  it.each([
    ['float16', 2e-3],
    ['uint8', 3e-2],
    ['mixed', 2e-3],
  ] as const)('gives nearly the same outputs when stored as %s, by plain tfjs too', async (dtype, atol) => {
    const model = tiny();
    const expected = await predict(model);
    const { modelJson, weights, card } = await within('there', () =>
      encodeModel(model, { card: draftCard(SIZE), dtype }),
    );
    model.dispose();
    const ours = await within('here', () => decodeModel({ modelJson, weights, card }));
    const plain = await tfl.loadLayersModel(
      tf.io.fromMemory({
        modelTopology: modelJson.modelTopology,
        weightSpecs: modelJson.weightsManifest[0]!.weights,
        weightData: weights,
      }),
    );
    const outputs = await predict(ours.model);
    expect(outputs).toBeAllClose(expected, { atol });
    expect(outputs).not.toEqual(expected);
    expect(await predict(plain)).toEqual(outputs);
    ours.model.dispose();
    plain.dispose();
  });
});

describeOn(['cpu'], 'encodeModel', () => {
  expectNoLeaks();

  it('fills in the card: parameters, length, hash, versions', async () => {
    const { card, weights } = await stored('float16');
    checkCard('card:', card);
    expect(card.parameters).toBe(3 * 3 * 3 + 3 + 12 + 3 * 3 * 3 * 4 + 4 + 16 + 16 * 6 + 6 + 24 + 6 * 7 + 7);
    const kernels = 27 + 108 + 96 + 42;
    expect(card.weights).toMatchObject({ dtype: 'float16', bytes: 2 * kernels + 4 * (card.parameters - kernels) });
    expect(weights.byteLength).toBe(card.weights!.bytes);
    expect(card.versions).toMatchObject({ '@tensorflow/tfjs-layers': tfl.version_layers });
  });

  it('stores a network of 4.7 million parameters in 4.8 MB', async () => {
    const model = createShallowCnn();
    const { weights, card } = await within('there', () => encodeModel(model, { card: draftCard(), dtype: 'mixed' }));
    expect(card.weights!.dtype).toBe('mixed');
    expect(weights.byteLength).toBeLessThan(4.8e6);
    model.dispose();
  });

  it('refuses a card that does not fit the model, and a wrong one', async () => {
    const model = tiny();
    const encode = (changes: object) =>
      within('there', () => encodeModel(model, { card: { ...draftCard(SIZE), ...changes }, dtype: 'float32' }));
    await expect(encode({ classNames: ['a', 'b'] })).rejects.toThrow(
      /there: card: model: expected one output of shape \[null, 2\].* received the output shape \[null, 7\]/,
    );
    await expect(encode({ preprocessing: draftCard([48, 48]).preprocessing })).rejects.toThrow(
      /card: preprocessing: expected preprocessing for the input \[null, 8, 8, 1\], received inputSize \[48, 48\]/,
    );
    await expect(encode({ name: '' })).rejects.toThrow(/^there: card: name: expected a non-empty string/);
    await expect(encode({ labels: [] })).rejects.toThrow(/there: card: .*the key "labels"/);
    model.dispose();
  });

  it('refuses weights that are not finite and names the tensor', async () => {
    const model = tiny();
    const kernel = model.getLayer('fc1').getWeights()[0]!;
    tf.tidy(() => model.getLayer('fc1').setWeights([tf.fill(kernel.shape, NaN), tf.zeros([6])]));
    await expect(within('there', () => encodeModel(model, { dtype: 'float32' }))).rejects.toThrow(
      /weight 'fc1\/kernel'/,
    );
    model.dispose();
  });
});

describeOn(['cpu'], 'decodeModel', () => {
  expectNoLeaks();

  type Specs = tf.io.WeightsManifestEntry[];
  const specs = ({ modelJson }: StoredModel): Specs => modelJson.weightsManifest[0]!.weights;
  const whole = (files: StoredModel) => files.card as ModelCard;

  const DAMAGES: [title: string, damage: (files: StoredModel) => void, message: RegExp][] = [
    [
      'a cut file',
      (f) => (f.weights = f.weights.slice(0, -1)),
      /weights: expected 1\d+ bytes, received 1\d+\. The file is cut off/,
    ],
    ['no file', (f) => (f.weights = undefined as never), /weights: expected 1\d+ bytes, received undefined\./],
    [
      'a file with a tail',
      (f) => (f.weights = new Uint8Array([...new Uint8Array(f.weights), 0]).buffer),
      /weights: expected/,
    ],
    ['one flipped bit', (f) => (new Uint8Array(f.weights)[99]! ^= 1), /weights: SHA-256: expected [0-9a-f]{64}/],
    ['a card of other weights', (f) => (whole(f).weights!.sha256 = '0'.repeat(64)), /SHA-256: expected 0{64}/],
    ['a card of another length', (f) => (whole(f).weights!.bytes += 4), /weights: expected \d+ bytes/],
    ['a card of another size', (f) => (whole(f).parameters += 1), /card\.json: parameters: expected \d+, received \d+/],
    [
      'a card with an unknown key',
      (f) => Object.assign(f.card!, { labelz: [] }),
      /card\.json: expected keys among .* the key "labelz"/,
    ],
    [
      'a card without names',
      (f) => Reflect.deleteProperty(f.card!, 'classNames'),
      /card\.json: classNames: expected an array of class names/,
    ],
    [
      'a card for other pictures',
      (f) => Object.assign(f.card!, { preprocessing: draftCard([48, 48]).preprocessing }),
      /card\.json: expected the card of a model with outputs \[\[?null,7\]/,
    ],
    [
      'a card of other classes',
      (f) => Object.assign(f.card!, { classNames: ['bored', 'engaged'] }),
      /card\.json: expected the card of a model with outputs/,
    ],
    [
      'no model.json',
      (f) => Object.assign(f, { modelJson: null }),
      /model\.json: expected an object with modelTopology/,
    ],
    [
      'no manifest',
      (f) => Reflect.deleteProperty(f.modelJson, 'weightsManifest'),
      /model\.json: expected an object with/,
    ],
    [
      'no topology',
      (f) => Reflect.deleteProperty(f.modelJson, 'modelTopology'),
      /model\.json: expected an object with/,
    ],
    ['a manifest that lacks a weight', (f) => specs(f).pop(), /weights: expected \d+ bytes/],
    [
      'a weight of another name',
      (f) => (specs(f)[0]!.name = 'conv9/kernel'),
      /weight 'conv1\/kernel': expected shape .* received no such weight/,
    ],
    [
      'a weight twice',
      (f) => (specs(f)[1]!.name = specs(f)[0]!.name),
      /weight 'conv1\/kernel': expected .* received it twice/,
    ],
    [
      'a weight named after the prototype',
      (f) => (specs(f)[0]!.name = '__proto__'),
      /weight '__proto__': expected a float32 tensor with a name/,
    ],
    [
      'a transposed weight',
      (f) => specs(f)[0]!.shape.reverse(),
      /weight 'conv1\/kernel': expected shape \[3, 3, 1, 3\], received shape \[3, 1, 3, 3\]/,
    ],
    [
      'a weight of no shape',
      (f) => Reflect.deleteProperty(specs(f)[0]!, 'shape'),
      /weight 'conv1\/kernel': expected a float32 tensor/,
    ],
    [
      'a weight of negative size',
      (f) => (specs(f)[0]!.shape[0] = -3),
      /weight 'conv1\/kernel': expected a float32 tensor/,
    ],
    ['an integer weight', (f) => (specs(f)[0]!.dtype = 'int32'), /weight 'conv1\/kernel': expected a float32 tensor/],
    [
      'uint8 without a scale',
      (f) => (specs(f)[0]!.quantization = { dtype: 'uint8', min: 0 }),
      /weight 'conv1\/kernel': expected .* with min and scale/,
    ],
    [
      'an unknown storage',
      (f) => (specs(f)[0]!.quantization = { dtype: 'int4' as 'uint8' }),
      /weight 'conv1\/kernel': expected/,
    ],
    [
      'a topology of something else',
      (f) => (f.modelJson.modelTopology = { nodes: [] }),
      /model\.json: modelTopology: expected a topology of tfjs layers/,
    ],
    [
      'a topology that is text',
      (f) => (f.modelJson.modelTopology = 'layers' as never),
      /model\.json: expected an object/,
    ],
    [
      'a layer that tfjs lacks',
      (f) => replaceInTopology(f, 'MaxPooling2D', 'StrangePooling'),
      /expected a topology of tfjs layers/,
    ],
    [
      'a layer that cannot be built after others were',
      (f) => replaceInTopology(f, '"axis":-1', '"axis":7'),
      /expected a topology of tfjs layers/,
    ],
    [
      'a layer with a wrong setting',
      (f) => replaceInTopology(f, '"units":7', '"units":-7'),
      /expected a topology of tfjs layers/,
    ],
  ];

  function replaceInTopology(files: StoredModel, text: string, by: string): void {
    const json = JSON.stringify(files.modelJson.modelTopology);
    expect(json).toContain(text);
    files.modelJson.modelTopology = JSON.parse(json.replaceAll(text, by));
  }

  it.each(DAMAGES)('refuses %s and leaves nothing over', async (_title, damage, message) => {
    const files: StoredModel = structuredClone(await stored());
    damage(files);
    const before = tf.memory().numTensors;
    const loading = within('here', () => decodeModel(files));
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(/^here: /);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('completes what an author wrote to a whole card', async () => {
    const { modelJson, weights, card } = await stored('float16');
    const loaded = await within('here', () => decodeModel({ modelJson, weights, card: draftCard(SIZE) }));
    checkCard('card:', loaded.card);
    expect(loaded.card).toEqual({ ...card, versions: undefined });
    loaded.model.dispose();
  });

  it('gives a card that the caller may change, and a model that carries what the author wrote', async () => {
    const files = await stored();
    const { model, card } = await within('here', () => decodeModel(files));
    card.name = 'changed';
    expect(files.card.name).toBe('test');
    expect(factsOf(model)).toEqual({ ...draftCard(SIZE), versions: card.versions });
    model.dispose();
  });

  it('takes names and preprocessing from the metadata where there is no card', async () => {
    const { modelJson, weights, card } = await stored();
    const loaded = await within('here', () => decodeModel({ modelJson, weights }));
    const { classNames, preprocessing } = card;
    expect(loaded.card).toMatchObject({
      classNames,
      preprocessing,
      parameters: card.parameters,
      weights: card.weights,
    });
    loaded.model.dispose();
  });

  it('asks for both where neither card nor metadata tell them, and leaves nothing over', async () => {
    const { modelJson, weights } = await stored();
    const { userDefinedMetadata: _gone, ...bare } = modelJson;
    const loading = within('here', () => decodeModel({ modelJson: bare, weights }));
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(
      /^here: card: .* received no class names or scaling of pixels\. Pass classNames/,
    );
  });

  it.each([
    ['class names', { classNames: 7 }, /classNames/],
    ['preprocessing', { preprocessing: { inputSize: 'small' } }, /inputSize/],
    ['outputs', { outputs: 'x' }, /outputs/],
    ['notes', { metrics: 'good' }, /metrics/],
  ])('refuses metadata with wrong %s', async (_what, facts, message) => {
    const { modelJson, weights } = await stored();
    const known = (modelJson.userDefinedMetadata as { ferCnnCard: object }).ferCnnCard;
    const wrong = { ...modelJson, userDefinedMetadata: { ferCnnCard: { ...known, ...facts } } };
    await expect(within('here', () => decodeModel({ modelJson: wrong, weights }))).rejects.toThrow(message);
  });
});
