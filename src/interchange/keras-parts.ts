import type { Json, LayerConfig, Part, Settings, Shape } from './keras-layers';
import { givenStatistics, rescalingOf, statisticsOf } from './keras-normalization';

/** A step of an activation, and whether it is called with the input of the activation besides the output of the step before. */
type Step = readonly [className: string, settings: Settings, withFirst?: true];

const NEGATIVE: Step = ['Rescaling', { scale: -1, offset: 0 }];
const HARD_SIGMOID: readonly Step[] = [
  ['Rescaling', { scale: 1 / 6, offset: 0.5 }],
  ['ReLU', { max_value: 1 }],
];
const HARD_SILU: readonly Step[] = [...HARD_SIGMOID, ['Multiply', {}, true]];

/** Activations of Keras 3 that tfjs lacks, in steps; definitions: `keras.activations`. */
const STEPS: Readonly<Record<string, readonly Step[]>> = {
  leaky_relu: [['LeakyReLU', { alpha: 0.2 }]],
  celu: [['ELU', {}]],
  hard_sigmoid: HARD_SIGMOID,
  hard_silu: HARD_SILU,
  hard_swish: HARD_SILU,
  hard_tanh: [
    ['Rescaling', { scale: 0.5, offset: 0.5 }],
    ['ReLU', { max_value: 1 }],
    ['Rescaling', { scale: 2, offset: -1 }],
  ],
  log_sigmoid: [NEGATIVE, ['Activation', { activation: 'softplus' }], NEGATIVE],
  tanh_shrink: [['Activation', { activation: 'tanh' }], NEGATIVE, ['Add', {}, true]],
};

/**
 * The layers of tfjs that one layer of Keras takes: pooling that keeps axes of length 1, activations that tfjs has as layers or not at all, and
 * layers of other names.
 *
 * @param layer The layer in the terms of Keras 2.
 * @param shape Shape of its (first) input in Keras.
 * @returns The parts in the order of their calls. The first has the name and weights of the layer.
 * @throws {@link WeightsError} if the numbers of a Normalization layer do not fit.
 */
export function partsOf(layer: LayerConfig, major: number, shape: Shape): Part[] {
  const { class_name: kind, config } = layer;
  const { keepdims, activation, negative_slope: alpha, ...rest } = config;
  const name = String(config['name']);
  if (kind === 'Normalization') {
    const given = givenStatistics(config);
    const numbers = given
      ? rescalingOf(statisticsOf(config, shape.length), given.mean, given.variance)
      : { scale: 1, offset: 0 }; // adapted: the numbers come with the weights
    return [{ class_name: 'Rescaling', config: { name, ...numbers } }];
  }
  if (kind === 'Flatten' && shape.length === 2)
    return [{ class_name: 'Activation', config: { name, activation: 'linear' } }];
  if (kind === 'ReLU' && alpha && (config['max_value'] ?? null) === null) {
    const { max_value: _, ...others } = rest;
    return [{ class_name: 'LeakyReLU', config: { ...others, alpha } }];
  }
  if (keepdims === true) {
    const target_shape = config['data_format'] === 'channels_first' ? [shape[1]!, 1, 1] : [1, 1, shape.at(-1)!];
    return [
      { class_name: kind, config: rest },
      { class_name: 'Reshape', config: { name: `${name}_reshape`, target_shape } },
    ];
  }
  const steps = stepsOf(activation, major);
  if (!steps) return [layer];
  const [only] = steps;
  if (kind === 'Activation' && steps.length === 1) return [{ class_name: only![0], config: { ...rest, ...only![1] } }];
  const others = steps.map(([class_name, settings, withFirst], i): Part => {
    const isSecond = steps.slice(0, i).some(([other]) => other === class_name);
    const own = `${name}_${class_name.toLowerCase()}${isSecond ? `_${i}` : ''}`;
    return { class_name, config: { ...settings, name: own }, ...(withFirst && { withFirst }) };
  });
  return [{ class_name: kind, config: { ...config, activation: 'linear' } }, ...others];
}

/** The steps of an activation that tfjs does not have as one; undefined if it does, or if nothing is known of it. */
function stepsOf(activation: Json | undefined, major: number): readonly Step[] | undefined {
  const given = activation as { class_name?: string; config?: Json } | string | null | undefined;
  if (typeof given === 'object' && /^(LeakyReLU|ReLU|ELU|Softmax)$/.test(given?.class_name ?? '')) {
    const { negative_slope: alpha, ...config } = (given?.config ?? {}) as Settings;
    const isLeaky = given?.class_name === 'LeakyReLU' && alpha !== undefined;
    return [[given!.class_name!, isLeaky ? { ...config, alpha } : ((given!.config ?? {}) as Settings)]];
  }
  const name = typeof given === 'object' ? given?.config : given;
  if (typeof name !== 'string' || !Object.hasOwn(STEPS, name)) return undefined;
  return name === 'hard_sigmoid' && major < 3 ? undefined : STEPS[name]; // that of Keras 1 and 2, tfjs has
}
