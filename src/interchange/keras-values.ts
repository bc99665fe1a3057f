import { type WeightsError, weightsError, within } from '../errors';
import { describe } from '../validate';
import type { Json, Settings } from './keras-layers';

/** Activations by their Keras name, with the name that tfjs has for them. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['linear', 'relu', 'relu6', 'sigmoid', 'softmax', 'tanh', 'elu', 'selu', 'softplus', 'softsign'].map((name) => [
      name,
      name,
    ]),
  ),
  log_softmax: 'log_softmax',
  gelu: 'gelu',
  mish: 'mish',
  silu: 'swish',
  swish: 'swish',
};
const CONSTRAINTS = ['MaxNorm', 'NonNeg', 'UnitNorm', 'MinMaxNorm'];

/** An object as Keras serializes one; Keras 1 writes the parameters beside the name. */
interface KerasObject {
  class_name?: string;
  name?: string;
  config?: Json;
}

/**
 * The value of a layer's setting as tfjs takes it.
 *
 * @param key The setting, by its Keras 2 name.
 * @param value Its value in any version of Keras.
 * @param major Major version of Keras, where it matters.
 * @throws {@link WeightsError} if tfjs has nothing that computes the same.
 */
export function valueFromKeras(key: string, value: Json, major: number): Json {
  if (key === 'activation') return within(': activation', () => activation(value, major));
  if (key.endsWith('_regularizer')) return within(`: ${key}`, () => regularizer(value));
  if (key.endsWith('_constraint')) return within(`: ${key}`, () => constraint(value));
  if (key === 'data_format') return value === 'th' ? 'channels_first' : value === 'tf' ? 'channels_last' : value;
  if (key === 'axis' && Array.isArray(value) && value.length === 1) return value[0]!;
  return value;
}

/**
 * The value of a layer's setting as Keras 3 takes it.
 *
 * @param key The setting, by its Keras 2 name.
 * @param value Its value in tfjs, in snake case.
 * @throws {@link WeightsError} if Keras 3 has nothing that computes the same.
 */
export function valueToKeras(key: string, value: Json): Json {
  const modules = { _regularizer: 'keras.regularizers', _constraint: 'keras.constraints' };
  const [, module] = Object.entries(modules).find(([end]) => key.endsWith(end)) ?? [];
  if (module && value) return { module, ...(value as Settings), registered_name: null };
  if (key !== 'activation') return value;
  const [name] = Object.entries(ACTIVATIONS).find(([, ours]) => ours === value) ?? [];
  if (name !== undefined) return name;
  throw weightsError(': activation', 'an activation that Keras 3 computes in the same way', describe(value));
}

function activation(value: Json, major: number): Json {
  const given = value as KerasObject | string | null;
  const name = typeof given === 'object' ? (given?.config ?? 'linear') : given;
  if (name === 'hard_sigmoid' && major < 3) return name; // that of Keras 3 has another slope
  if (typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name]!;
  throw unsupported(`one of ${Object.keys(ACTIVATIONS).join(', ')}`, typeof name === 'string' ? name : value);
}

function regularizer(value: Json): Json {
  if (value === null) return null;
  const { class_name: kind, name, config } = value as KerasObject;
  if (/^(L1L2|L1|L2|WeightRegularizer)$/.test(kind ?? name ?? '')) {
    const { l1 = 0, l2 = 0 } = (config ?? value) as Settings;
    return { class_name: 'L1L2', config: { l1, l2 } };
  }
  throw unsupported('L1, L2 or L1L2', kind ?? name ?? value);
}

function constraint(value: Json): Json {
  if (value === null) return null;
  const { class_name: kind, config } = value as KerasObject;
  if (kind && CONSTRAINTS.includes(kind)) return { class_name: kind, config: config ?? {} };
  throw unsupported(`one of ${CONSTRAINTS.join(', ')}`, kind ?? value);
}

function unsupported(expected: string, received: Json): WeightsError {
  return weightsError('', expected, describe(received));
}
