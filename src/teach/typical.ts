import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError } from '../errors';

/** Layers that keep the mean of each channel. */
const MEAN_KEEPING = ['Dropout', 'GlobalAveragePooling2D'];

/**
 * The mean vector of the images that a model was trained on, without any of them: batch norm gives each channel the mean beta and the
 * standard deviation |gamma| there, and the mean of a normal variable behind a ReLU is known.
 *
 * @param model The model; borrowed.
 * @param head Its dense layer.
 * @returns One number for each input of the head.
 * @throws InputError if batch norm and ReLU do not precede the head.
 */
export async function typicalVector(model: tfl.LayersModel, head: tfl.layers.Layer): Promise<Float64Array> {
  const before = (layer: tfl.layers.Layer | undefined): tfl.layers.Layer | undefined =>
    layer?.inboundNodes[0]?.inboundLayers[0];
  let relu = before(head);
  while (relu && MEAN_KEEPING.includes(relu.getClassName())) relu = before(relu);
  const norm = before(relu);
  if (!isRelu(relu) || norm?.getClassName() !== 'BatchNormalization') {
    const remedy = 'Teach its classes from samples, without keepClasses.';
    throw inputError(': model', 'batch norm and ReLU before the output layer', `'${model.name}' without`, remedy);
  }
  const [gamma, beta] = await Promise.all(
    ['gamma', 'beta'].map((name) =>
      norm.weights
        .find((weight) => weight.originalName.endsWith(name))
        ?.read()
        .data(),
    ),
  );
  const size = norm.weights[0]!.shape[0]!;
  return Float64Array.from({ length: size }, (_, i) => rectifiedMean(beta?.[i] ?? 0, Math.abs(gamma?.[i] ?? 1)));
}

/** Whether a layer is ReLU alone, and not one of weights that ends in it. */
const isRelu = (layer: tfl.layers.Layer | undefined): boolean =>
  layer?.getClassName() === 'ReLU' ||
  (layer?.getClassName() === 'Activation' && layer.getConfig()['activation'] === 'relu');

/** The mean of max(0, x) for a normal x. */
export function rectifiedMean(mean: number, deviation: number): number {
  if (deviation === 0) return Math.max(0, mean);
  const z = mean / deviation;
  return mean * cumulative(z) + deviation * density(z);
}

const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** The standard normal distribution function, to 1e-7. Source: Abramowitz and Stegun 1964, formula 26.2.17. */
function cumulative(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = density(z) * series;
  return z > 0 ? 1 - tail : tail;
}
