import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError, WeightsError } from '../../src/errors';
import { preprocess } from '../../src/image/preprocess';
import { LAYERS } from '../../src/interchange/keras-layers';
import { exportOnnx } from '../../src/interchange/onnx';
import { CONVERTERS } from '../../src/interchange/onnx-layers';
import { listModels } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import { expectNoLeaks, useBackend } from '../support/backends';
import { draftCard } from '../support/cards';
import { NARROW, tinyCnn } from '../support/tiny';
import { free } from './fixtures';
import { NETWORKS, randomInput, randomize } from './networks';

/** What a network gives by tfjs, one list for each output. */
async function predicted(model: tfl.LayersModel, input: tf.Tensor): Promise<Float32Array[]> {
  const outputs = [model.predict(input)].flat();
  const values = await Promise.all(outputs.map((output) => output.data<'float32'>()));
  tf.dispose(outputs);
  return values;
}

/** What ONNX Runtime makes of an exported network, one list for each output. */
async function run(onnx: Uint8Array, input: Tensor): Promise<{ values: Float32Array[]; session: InferenceSession }> {
  const session = await InferenceSession.create(onnx);
  const results = await session.run({ [session.inputNames[0]!]: input });
  return { values: session.outputNames.map((name) => results[name]!.data as Float32Array), session };
}

/** Exports a network and holds ONNX Runtime against tfjs on a batch of three. */
async function expectSame(model: tfl.LayersModel, opset?: number): Promise<InferenceSession> {
  const shape = [3, ...model.inputs[0]!.shape.slice(1).map((size) => size ?? 11)];
  const numbers = randomInput(shape);
  const { values, session } = await run(await exportOnnx(model, { opset }), new Tensor('float32', numbers, shape));
  const input = tf.tensor(numbers, shape);
  const expected = await predicted(model, input);
  input.dispose();
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => expect(value).toBeAllClose(expected[i]!, { atol: 1e-5, rtol: 0 }));
  return session;
}

describe('exportOnnx', () => {
  beforeAll(() => useBackend('cpu'));
  expectNoLeaks();

  it.each(Object.entries(NETWORKS))('gives ONNX Runtime the same outputs: %s', async (_title, build) => {
    const model = randomize(build());
    await expectSame(model);
    free(model);
  });

  it.each(listModels())('exports the network "%s" with input and output as they are', async (name) => {
    const model = randomize(createModel(name, NARROW[name]));
    const session = await expectSame(model);
    expect([session.inputNames, session.outputNames]).toEqual([['image'], ['probabilities']]);
    expect(session.inputMetadata[0]).toMatchObject({ type: 'float32', shape: ['N', 16, 16, 1] });
    expect(session.outputMetadata[0]).toMatchObject({ type: 'float32', shape: ['N', 7] });
    model.dispose();
  });

  it.each([13, 21])('writes the operators of opset %i', async (opset) => {
    const model = randomize(NETWORKS['residual branches with an attention over channels']!());
    await expectSame(model, opset);
    model.dispose();
  });

  it.each(['uint8', 'float32'] as const)('takes gray pixels as %s and normalises them by the card', async (type) => {
    const model = randomize(tinyCnn());
    const card = draftCard([16, 16]);
    const pixels = Uint8Array.from(randomInput([2, 16, 16, 1]), (value) => 255 * (value / 4 + 0.5));
    const onnx = await exportOnnx(model, { card, input: type });
    const data = type === 'uint8' ? pixels : Float32Array.from(pixels);
    const { values } = await run(onnx, new Tensor(type, data as Uint8Array, [2, 16, 16, 1]));
    const images = tf.tensor4d(pixels, [2, 16, 16, 1]);
    const input = preprocess(images, card.preprocessing);
    expect(values[0]).toBeAllClose((await predicted(model, input))[0]!, { atol: 1e-5, rtol: 0 });
    tf.dispose([images, input]);
    model.dispose();
  });

  it('knows every layer that is exchanged with Keras', () => {
    const layers = Object.keys(LAYERS).filter((kind) => kind !== 'InputLayer');
    expect(layers.filter((kind) => !Object.hasOwn(CONVERTERS, kind))).toEqual([]);
  });

  it('exports weights that are set later anew', async () => {
    const model = randomize(tinyCnn(), 1);
    const first = await exportOnnx(model);
    await expectSame(randomize(model, 5));
    expect(await exportOnnx(model)).not.toEqual(first);
    expect(first).toEqual(await exportOnnx(randomize(model, 1))); // and byte for byte the same for the same weights
    model.dispose();
  });
});

describe('exportOnnx refuses', () => {
  beforeAll(() => useBackend('cpu'));
  expectNoLeaks();

  it.each([
    ['a layer that it does not know', tfl.layers.upSampling2d({ name: 'up' }), 'one of the layers', 'UpSampling2D'],
    [
      'an activation that ONNX lacks',
      tfl.layers.dense({ name: 'up', units: 2, activation: 'mish' }),
      'an activation that ONNX has',
      '"mish"',
    ],
    [
      'channels that come first',
      tfl.layers.globalAveragePooling2d({ name: 'up', dataFormat: 'channelsFirst' }),
      'dataFormat "channelsLast"',
      '"channelsFirst"',
    ],
    [
      'batch norm of another axis',
      tfl.layers.batchNormalization({ name: 'up', axis: 1 }),
      'normalized along its last axis',
      'rank 4 and axis 1',
    ],
  ])('%s, by its name', async (_title, layer, expected, received) => {
    const input = tfl.input({ shape: [4, 4, 1] });
    const model = tfl.model({ inputs: input, outputs: layer.apply(input) as tfl.SymbolicTensor });
    const error = await exportOnnx(model).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain('exportOnnx: layer "up": expected');
    expect((error as Error).message).toContain(expected);
    expect((error as Error).message).toContain(`received ${received}`);
    model.dispose();
  });

  it('unknown options, other opsets, and pixels without a card', async () => {
    const model = tinyCnn();
    const foreign = tfl.sequential({
      layers: [tfl.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1] })],
    });
    const refused = (options: object) => expect(exportOnnx(model, options)).rejects;
    await refused({ quantize: true }).toThrow('received the key "quantize"');
    await refused({ opset: 12 }).toThrow('an integer in 13..21, received 12');
    await refused({ input: 'int8' }).toThrow('exportOnnx: options.input: expected one of');
    await expect(exportOnnx(foreign, { input: 'uint8' })).rejects.toThrow(
      'exportOnnx: card: expected a model with known class names and scaling of pixels',
    );
    foreign.dispose();
    await expect(exportOnnx({} as tfl.LayersModel)).rejects.toThrow('expected a built tf.LayersModel');
    model.dispose();
  });

  it('cards that are not valid or belong to another network', async () => {
    const model = tinyCnn();
    await expect(exportOnnx(model, { card: draftCard() })).rejects.toThrow(InputError);
    await expect(exportOnnx(model, { card: { ...draftCard([16, 16]), classNames: [] } })).rejects.toThrow(InputError);
    await expect(exportOnnx(model, { card: null as never })).rejects.toThrow(InputError);
    const strange = { ...draftCard([16, 16]), description: 5 as never };
    await expect(exportOnnx(model, { card: strange })).rejects.toThrow(WeightsError);
    model.dispose();
  });
});
