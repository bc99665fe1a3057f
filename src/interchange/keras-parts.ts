import type { Json, Settings } from './keras-layers';
import { givenStatistics, rescalingOf, statisticsOf } from './keras-normalization';
import type { LayerConfig } from './keras-settings';
import type { TensorShape } from './keras-shapes';

/** A layer of tfjs that computes all or some of what a layer of Keras does. */
export interface Part extends LayerConfig {
  /** Names of the earlier parts that it is called with. Default: the one before it. */
  takes?: readonly string[];
}

/** A step of an activation, and whether it is called with the activation's input besides the output of the step before. */
type Step = readonly [className: string, settings: Settings, withInput?: true];

/** Layers without weights that Keras takes as the activation of others. */
const ACTIVATION_LAYERS = ['LeakyReLU', 'ReLU', 'ELU', 'Softmax'];

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
 * @param where The layer, for messages.
 * @param layer The layer in the terms of Keras 2.
 * @param major Major version of Keras.
 * @param input The shape of its (first) input, if it is known.
 * @returns The parts in the order of their calls. The first has the layer's name and weights.
 * @throws {@link WeightsError} if a Normalization layer cannot be told.
 */
export function partsOf(where: string, layer: LayerConfig, major: number, input?: TensorShape): Part[] {
  const { class_name: kind, config } = layer;
  const { keepdims, activation, ...rest } = config;
  const name = String(config['name']);
  if (kind === 'Normalization') {
    const given = givenStatistics(config);
    const numbers = given
      ? rescalingOf(where, statisticsOf(where, config, input?.rank), given.mean, given.variance)
      : { scale: 1, offset: 0 }; // adapted: the numbers come with the weights
    return [{ class_name: 'Rescaling', config: { name, ...numbers } }];
  }
  if (kind === 'Flatten' && input?.rank === 2)
    return [{ class_name: 'Activation', config: { name, activation: 'linear' } }];
  if (kind === 'ReLU' && config['negative_slope'] && (config['max_value'] ?? null) === null) {
    const { negative_slope: alpha, max_value: _, ...others } = config;
    return [{ class_name: 'LeakyReLU', config: { ...others, alpha: alpha! } }];
  }
  if (keepdims === true && input?.last !== undefined && config['data_format'] !== 'channels_first') {
    const target_shape = [1, 1, input.last];
    return [
      { class_name: kind, config: rest },
      { class_name: 'Reshape', config: { name: `${name}_reshape`, target_shape } },
    ];
  }
  const steps = stepsOf(activation, major);
  if (!steps) return [layer];
  const [only] = steps;
  if (kind === 'Activation' && steps.length === 1) return [{ class_name: only![0], config: { ...rest, ...only![1] } }];
  const names = steps.map(([part], i) => {
    const again = steps.slice(0, i).some(([other]) => other === part);
    return `${name}_${part.toLowerCase()}${again ? `_${i}` : ''}`;
  });
  const others = steps.map(([class_name, settings, withInput], i): Part => {
    const part = { class_name, config: { ...settings, name: names[i]! } };
    return withInput ? { ...part, takes: [name, names[i - 1]!] } : part;
  });
  return [{ class_name: kind, config: { ...config, activation: 'linear' } }, ...others];
}

/** The steps of an activation that tfjs does not have as one; undefined if it does, or if nothing is known of it. */
function stepsOf(activation: Json | undefined, major: number): readonly Step[] | undefined {
  const given = activation as LayerConfig | { class_name?: string; config?: Json } | string | null | undefined;
  if (typeof given === 'object' && given !== null && ACTIVATION_LAYERS.includes(given.class_name ?? '')) {
    const { negative_slope: alpha, ...config } = (given.config ?? {}) as Settings;
    const isLeaky = given.class_name === 'LeakyReLU' && alpha !== undefined;
    return [[given.class_name!, isLeaky ? { ...config, alpha } : ((given.config ?? {}) as Settings)]];
  }
  const name = typeof given === 'object' ? given?.config : given;
  if (typeof name !== 'string' || !Object.hasOwn(STEPS, name)) return undefined;
  return name === 'hard_sigmoid' && major < 3 ? undefined : STEPS[name]; // that of Keras 1 and 2, tfjs has
}
