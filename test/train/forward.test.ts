import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { registerTrainingKernels } from '../../src/kernels/register';
import { prepareForTraining } from '../../src/train/forward';
import { categoricalCrossentropy } from '../../src/train/losses';
import { describeOn, expectNoLeaks, TRAINING_BACKENDS } from '../support/backends';
import { tinyCnn, weightsOf } from '../support/tiny';

const PICTURES = Float32Array.from({ length: 4 * 16 * 16 }, (_, i) => Math.sin(i * i));
const TARGETS = Array.from({ length: 4 }, (_, i) => Array.from({ length: 7 }, (_, c) => Number(i === c)));
const pictures = () => tf.tensor4d(PICTURES, [4, 16, 16, 1]);
const variables = (model: tfl.LayersModel) => model.trainableWeights.map((weight) => weight.read() as tf.Variable);

function gradients(model: tfl.LayersModel, logits: () => tf.Tensor2D): number[][] {
  return tf.tidy(() => {
    const loss = () => tf.mean(categoricalCrossentropy(logits(), tf.tensor2d(TARGETS))) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, variables(model));
    return variables(model).map(({ name }) => Array.from(grads[name]!.dataSync()));
  });
}

describeOn(TRAINING_BACKENDS, 'a model prepared for training', () => {
  beforeAll(() => void registerTrainingKernels());
  expectNoLeaks();

  it('has the gradients and moves the statistics of the plain model', () => {
    const [plain, prepared] = [tinyCnn(1, 0), tinyCnn(1, 0)];
    const forward = prepareForTraining(prepared);
    const theirs = gradients(plain, () => tf.log(plain.apply(pictures(), { training: true }) as tf.Tensor2D));
    const ours = gradients(prepared, () => forward.logits(tf.tensor4d(PICTURES, [4, 16, 16, 1]), [1]));
    ours.forEach((gradient, i) => expect(gradient).toBeAllClose(theirs[i]!, { atol: 2e-5, rtol: 1e-3 }));
    expect(weightsOf(prepared)).toBeAllClose(weightsOf(plain), { atol: 1e-5 });
    forward.restore();
    tf.dispose([...plain.getWeights(), ...prepared.getWeights()]);
  });

  it('predicts as before, during and after the preparation, and is saved as before', () => {
    const model = tinyCnn();
    const outputs = () => tf.tidy(() => Array.from((model.predict(pictures()) as tf.Tensor).dataSync()));
    const [before, config] = [outputs(), JSON.stringify(model.toJSON())];
    const forward = prepareForTraining(model);
    expect(outputs()).toEqual(before);
    expect(JSON.stringify(model.toJSON())).toBe(config);
    forward.restore();
    expect(outputs()).toEqual(before);
    model.dispose();
  });

  it('drops values by the key alone, as many as asked, and scales the rest', () => {
    const input = tfl.input({ shape: [100, 100, 1] });
    const dropped = tfl.layers.dropout({ rate: 0.3 }).apply(input) as tfl.SymbolicTensor;
    const pooled = tfl.layers.flatten().apply(dropped) as tfl.SymbolicTensor;
    const model = tfl.model({
      inputs: input,
      outputs: tfl.layers.activation({ activation: 'linear' }).apply(pooled) as tfl.SymbolicTensor,
    });
    const forward = prepareForTraining(model);
    const run = (...key: number[]) =>
      tf.tidy(() =>
        forward
          .logits(tf.ones([2, 100, 100, 1]), key)
          .dataSync()
          .slice(),
      );
    const once = run(1, 2);
    expect(run(1, 2)).toEqual(once);
    expect(run(1, 3)).not.toEqual(once);
    expect(once.filter((value) => value === 0).length / once.length).toBeCloseTo(0.3, 1);
    expect(once.every((value) => value === 0 || Math.abs(value - 1 / 0.7) < 1e-5)).toBe(true);
    forward.restore();
    model.dispose();
  });

  it('leaves the statistics of a frozen batch norm alone', () => {
    const model = tinyCnn();
    model.getLayer('conv1_bn').trainable = false;
    const statistics = () =>
      model
        .getLayer('conv1_bn')
        .getWeights()
        .flatMap((weight) => Array.from(weight.dataSync()));
    const before = statistics();
    const forward = prepareForTraining(model);
    tf.tidy(() => void forward.logits(pictures(), [1]));
    expect(statistics()).toEqual(before);
    forward.restore();
    model.dispose();
  });

  it('trains batch norm without scale, on which tfjs itself fails', () => {
    const input = tfl.input({ shape: [4, 4, 2] });
    const normed = tfl.layers.batchNormalization({ scale: false, center: false }).apply(input) as tfl.SymbolicTensor;
    const flat = tfl.layers.flatten().apply(normed) as tfl.SymbolicTensor;
    const model = tfl.model({
      inputs: input,
      outputs: tfl.layers.dense({ units: 7, activation: 'softmax' }).apply(flat) as tfl.SymbolicTensor,
    });
    const forward = prepareForTraining(model);
    const all = gradients(model, () => forward.logits(tf.randomNormal([4, 4, 4, 2]) as tf.Tensor4D, [1]));
    expect(all.flat().every(Number.isFinite)).toBe(true);
    forward.restore();
    model.dispose();
  });

  it('must have one output', () => {
    const input = tfl.input({ shape: [4, 4, 1] });
    const flat = tfl.layers.flatten().apply(input) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: [flat, flat] });
    expect(() => prepareForTraining(model)).toThrow(InputError);
  });
});
