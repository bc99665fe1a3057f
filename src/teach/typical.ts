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
    throw inputError(': model', 'batch norm and ReLU before the output layer, for keepClasses', `'${model.name}'`);
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

const isRelu = (layer: tfl.layers.Layer | undefined): boolean =>
  layer?.getClassName() === 'ReLU' || layer?.getConfig()['activation'] === 'relu';

/** The standard normal distribution function, to 2e-4. Source: Bowling et al. 2009 (doi:10.3926/jiem.2009.v2n1.p114-127). */
const cumulative = (z: number): number => 1 / (1 + Math.exp(-z * (1.5976 + 0.070566 * z * z)));

/** The mean of max(0, x) for a normal x. */
export function rectifiedMean(mean: number, deviation: number): number {
  if (deviation === 0) return Math.max(0, mean);
  const z = mean / deviation;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return mean * cumulative(z) + deviation * density;
}
