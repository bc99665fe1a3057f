import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Random } from '../../src/random';

type Symbolic = tfl.SymbolicTensor;

const { layers } = tfl;
const apply = (layer: tfl.layers.Layer, x: Symbolic | Symbolic[]) => layer.apply(x) as Symbolic;

/** A network from [n, 12, 10, 3], which is not square so that no swap of axes goes unnoticed, to what `body` makes of it. */
function network(body: (x: Symbolic) => Symbolic | Symbolic[]): tfl.LayersModel {
  const input = tfl.input({ name: 'image', shape: [12, 10, 3] });
  return tfl.model({ inputs: input, outputs: body(input) });
}

/** Applies layers one after another. */
const chain =
  (...list: readonly tfl.layers.Layer[]) =>
  (x: Symbolic) =>
    list.reduce((y, layer) => apply(layer, y), x);

/** A network of one convolution, and a head that sees all of its output in order. */
const headed = (...list: readonly tfl.layers.Layer[]) =>
  network(chain(...list, layers.flatten(), layers.dense({ units: 4, activation: 'softmax' })));

/** Networks that have every layer which is exported, by what they are about. */
export const NETWORKS: Readonly<Record<string, () => tfl.LayersModel>> = {
  'convolutions with every padding, stride and dilation': () =>
    headed(
      layers.conv2d({ filters: 4, kernelSize: [3, 2], padding: 'same', activation: 'relu' }),
      layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', strides: 2, activation: 'tanh' }),
      layers.conv2d({ filters: 4, kernelSize: [2, 3], padding: 'same', dilationRate: 2, useBias: false }),
      layers.zeroPadding2d({
        padding: [
          [0, 1],
          [2, 3],
        ],
      }),
      layers.conv2d({ filters: 4, kernelSize: 2, strides: [2, 1], padding: 'valid', activation: 'elu' }),
    ),
  'depthwise and separable convolutions': () =>
    headed(
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'relu6' }),
      layers.depthwiseConv2d({ kernelSize: [2, 3], strides: 2, padding: 'same', useBias: false }),
      layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, activation: 'swish' }),
      layers.separableConv2d({ filters: 3, kernelSize: 2, padding: 'same', useBias: false }),
    ),
  'batch norm of pictures and features, with and without scale and centre': () =>
    network(
      chain(
        layers.batchNormalization({}),
        layers.conv2d({ filters: 3, kernelSize: 3 }),
        layers.batchNormalization({ scale: false, epsilon: 0.1 }),
        layers.flatten(),
        layers.dense({ units: 6 }),
        layers.batchNormalization({ center: false }),
        layers.dense({ units: 3, activation: 'sigmoid' }),
      ),
    ),
  'pooling in every form': () =>
    network((x) => {
      const max = chain(
        layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
        layers.averagePooling2d({ poolSize: [2, 3], strides: 1, padding: 'same' }),
        layers.averagePooling2d({ poolSize: 2 }),
      )(x);
      const ends = [
        layers.globalAveragePooling2d({}).apply(max) as Symbolic,
        layers.globalMaxPooling2d({}).apply(layers.maxPooling2d({ poolSize: [3, 2] }).apply(x)) as Symbolic,
      ];
      return apply(layers.dense({ units: 2 }), apply(layers.concatenate(), ends));
    }),
  'padding by zeros before pooling of what is negative': () =>
    network((x) => {
      const padded = (padding: number) => [
        layers.rescaling({ scale: 1, offset: -9 }),
        layers.dropout({ rate: 0.1 }),
        layers.zeroPadding2d({ padding }),
        layers.dropout({ rate: 0.1 }),
      ];
      return [
        chain(...padded(1), layers.maxPooling2d({ poolSize: 3, strides: 2 }))(x),
        chain(...padded(2), layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }))(x),
        chain(...padded(1), layers.averagePooling2d({ poolSize: 3, strides: 2 }))(x),
        chain(...padded(1), layers.averagePooling2d({ poolSize: 2, strides: 2, padding: 'same' }))(x),
        chain(...padded(1), layers.globalMaxPooling2d({}))(x),
        chain(...padded(1), layers.conv2d({ filters: 2, kernelSize: 3, strides: 2 }))(x),
      ];
    }),
  'scaling by channel, and images of any order of axes': () =>
    headed(
      layers.conv2d({ filters: 3, kernelSize: 3 }),
      layers.rescaling({ scale: [1, 2, 3] as never, offset: [-1, 0, 1] as never }),
      layers.conv2d({ filters: 2, kernelSize: 3 }),
      layers.rescaling({ scale: 2, offset: [0.5, 0.25] as never }),
    ),
  'no weights': () => network(chain(layers.globalAveragePooling2d({}), layers.softmax({ axis: -1 }))),
  'residual branches with an attention over channels': () =>
    network((x) => {
      const conv = () => layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' });
      const first = apply(conv(), x);
      const gate = chain(
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 4, activation: 'hardSigmoid' }),
        layers.reshape({ targetShape: [1, 1, 4] }),
      )(first);
      const second = chain(layers.batchNormalization(), layers.activation({ activation: 'relu' }), conv())(first);
      const sum = apply(layers.add(), [first, apply(layers.multiply(), [second, gate]), second]);
      const wide = apply(layers.concatenate(), [sum, x, first]); // along channels
      const tall = apply(layers.concatenate({ axis: 1 }), [wide, wide]);
      const merged = [layers.average(), layers.maximum(), layers.minimum()].map((layer) => apply(layer, [sum, first]));
      return [apply(layers.flatten(), tall), ...merged];
    }),
  'activations and turned axes as layers': () =>
    network((x) => [
      apply(layers.leakyReLU({ alpha: 0.2 }), x),
      apply(layers.permute({ dims: [3, 1, 2] }), apply(layers.conv2d({ filters: 3, kernelSize: 2 }), x)),
      apply(layers.elu(), x),
      apply(layers.prelu({ sharedAxes: [1, 2] }), apply(layers.conv2d({ filters: 2, kernelSize: 1 }), x)),
      apply(layers.prelu({}), x),
      apply(layers.reLU({}), x),
      apply(layers.reLU({ maxValue: 0.5 }), x),
      apply(layers.softmax({ axis: -1 }), x),
      ...(['selu', 'softplus', 'softsign', 'linear', 'softmax'] as const).map((activation) =>
        apply(layers.activation({ activation }), x),
      ),
      apply(layers.activation({ activation: 'logSoftmax' as 'softmax' }), x),
    ]),
  'pictures that are cut and scaled': () =>
    headed(
      layers.rescaling({ scale: 0.5, offset: -0.25 }),
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
      layers.conv2d({ filters: 3, kernelSize: 2, activation: 'gelu' as 'relu' }),
      layers.cropping2D({ cropping: 1 }),
      layers.rescaling({ scale: 2, offset: 1 }),
    ),
  'layers that act in training only': () =>
    headed(
      layers.gaussianNoise({ stddev: 1 }),
      layers.dropout({ rate: 0.5 }),
      layers.gaussianDropout({ rate: 0.5 }),
      layers.alphaDropout({ rate: 0.5 }),
    ),
  'dense layers of pictures, with and without bias': () =>
    headed(layers.dense({ units: 5, activation: 'relu' }), layers.dense({ units: 2, useBias: false })),
  'a layer used twice and models within the model': () =>
    network((x) => {
      const shared = layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' });
      const inner = tfl.input({ shape: [12, 10, 3] });
      const model = tfl.model({ inputs: inner, outputs: chain(shared, shared)(inner) });
      const head = tfl.sequential({
        layers: [layers.flatten({ inputShape: [12, 10, 3] }), layers.dense({ units: 3 })],
      });
      return apply(head, apply(model, apply(layers.leakyReLU(), x)));
    }),
  'a model built as a sequence': () =>
    tfl.sequential({
      layers: [
        layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [12, 10, 3] }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 4, activation: 'softmax' }),
      ],
    }),
  'its input as an output, and one value as two': () =>
    network((x) => {
      const y = apply(layers.leakyReLU({}), x);
      return [apply(layers.dropout({ rate: 0.1 }), x), y, apply(layers.dropout({ rate: 0.1 }), y)];
    }),
  'pictures of any size': () => {
    const input = tfl.input({ name: 'image', shape: [null, null, 3] });
    const body = chain(
      layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
      layers.globalAveragePooling2d({}),
    );
    return tfl.model({ inputs: input, outputs: body(input) });
  },
};

/** Gives every weight a value that matters: uniform in -0.5..0.5, variances 0.5..1.5. */
export function randomize(model: tfl.LayersModel, seed = 1): tfl.LayersModel {
  const random = new Random(seed);
  for (const weight of model.weights) {
    const shift = weight.originalName.endsWith('variance') ? 0.5 : -0.5;
    const values = Float32Array.from({ length: tf.util.sizeFromShape(weight.shape as number[]) }, () =>
      random.uniform(shift, shift + 1),
    );
    const tensor = tf.tensor(values, weight.shape as number[]);
    weight.write(tensor);
    tensor.dispose();
  }
  return model;
}

/** Numbers for a network's input, uniform in -2..2. */
export function randomInput(shape: readonly number[], seed = 2): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.uniform(-2, 2));
}
