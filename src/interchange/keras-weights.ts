import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { weightsError, within } from '../errors';
import type { Hdf5Reader, StoredTensor } from './hdf5';
import type { KerasLayer } from './keras-model';
import { rescalingOf } from './keras-normalization';

type Weight = tfl.layers.Layer['weights'][number];

/** Gives a layer a weight, or the settings that Keras keeps among the weights. */
export type Setter = () => void;

/** Stored tensors by their names. */
interface Tensors {
  tensor(path: string): StoredTensor | undefined;
  /** Whether Theano wrote them, which turns the kernels of convolutions by 180° against all others. */
  theano?: boolean;
}

/** The axes of a kernel [height, width, in, out] in the order [out, in, height, width]. */
const OUT_FIRST = [3, 2, 0, 1];

/** The maximum number of means: one for each value of a large image, of 512 × 512 × 4. */
const MAX_STATISTICS = 2 ** 20;

/** Names of weights that may have the same shape as others of their layer. */
const KINDS = /(?:^|\/)(gamma|beta|moving_mean|moving_variance)(?::0)?$/;

const placeOf = (where: string, { name, className }: KerasLayer) => `${where}: layer '${name}' (${className})`;
const lastName = ({ originalName }: Weight) => originalName.split('/').at(-1)!;

/**
 * Finds every weight of a model in a file of Keras: as Keras 3 lays them out, by place, or as Keras 1 and 2 do, in the order of layers
 * and weights.
 *
 * @param layers The layers of the model as Keras names them.
 * @param backend What Keras 1 or 2 computed with, if the file does not tell.
 * @returns What sets each weight; nothing is set yet.
 * @throws {@link WeightsError} that names layer and tensor, if one is missing, too many, or of another shape.
 */
export function findWeights(file: Hdf5Reader, layers: readonly KerasLayer[], backend?: string): Setter[] {
  const root = ['layers', '_layer_checkpoint_dependencies'].find((path) => file.names(path));
  if (root !== undefined) return byPlace(file, root, layers);
  const theano = (backend ?? file.texts('', 'backend')?.[0]) === 'theano';
  return inOrder({ ...file, theano }, layers);
}

/** Keras 3: `layers/<class name in snake case, numbered>/vars/<number>`, nested models likewise. */
function byPlace(file: Hdf5Reader, root: string, layers: readonly KerasLayer[]): Setter[] {
  const place = kerasPlaces();
  return layers.flatMap((entry) => {
    const path = `${root}/${place(entry.className)}`;
    if (entry.layers) return byPlace(file, `${path}/layers`, entry.layers);
    const paths = (file.names(`${path}/vars`) ?? []).map((_, i) => `${path}/vars/${i}`);
    return pair(file, entry, entry.layer.weights, paths);
  });
}

/** Gives each layer of a model its place in a Keras 3 file: `conv2d`, `conv2d_1`, …, by class and order and not by name. */
export function kerasPlaces(): (className: string) => string {
  const seen = new Map<string, number>();
  return (className) => {
    const snake = className
      .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase();
    const count = seen.get(snake) ?? 0;
    seen.set(snake, count + 1);
    return count === 0 ? snake : `${snake}_${count}`;
  };
}

/** Keras 1 and 2: `layer_names` and in each layer `weight_names`; layers without weights do not count. */
function inOrder(file: Hdf5Reader & Tensors, layers: readonly KerasLayer[]): Setter[] {
  const root = file.names('model_weights') ? 'model_weights/' : '';
  const names = file.texts(root.slice(0, -1), 'layer_names');
  if (!names) throw weightsError('', 'weights as Keras saves them', 'a file without layers');
  const stored = names
    .map((name) => ({
      name,
      paths: (file.texts(`${root}${name}`, 'weight_names') ?? []).map((weight) => `${root}${name}/${weight}`),
    }))
    .filter(({ paths }) => paths.length > 0);
  const wanted = layers
    .map((entry) => ({ entry, weights: weightsInOrder(entry) }))
    .filter(({ entry, weights }) => weights.length > 0 || entry.statistics);
  if (stored.length !== wanted.length) {
    const first = wanted[stored.length]?.entry;
    const received = `${stored.length}${first ? `: none is left for layer '${first.name}' (${first.className})` : ''}`;
    throw weightsError('', `weights of ${wanted.length} layers`, received);
  }
  // By name if all names are the same. Else in order, as Keras does, whose numbers in names (`conv2d_4`) differ from session to session.
  const byName = new Map(stored.map((each) => [each.name, each]));
  const isSame = wanted.every(({ entry }) => byName.has(entry.name));
  return wanted.flatMap(({ entry, weights }, i) => {
    const { name, paths } = isSame ? byName.get(entry.name)! : stored[i]!;
    if (!isSame && byName.has(entry.name) && bare(name) !== bare(entry.name)) {
      throw weightsError(
        placeOf('', entry),
        'weights in the order of the layers',
        `'${name}' in its place`,
        'Give the layers the names in the file.',
      );
    }
    return pair(file, entry, weights, paths);
  });
}

const bare = (name: string) => name.replace(/_\d+$/, '');

/** The weights of a layer as Keras 2 orders them: those of a nested model come trainable first, then the others. */
function weightsInOrder(entry: KerasLayer): Weight[] {
  const inside = leavesOf([entry]).map(({ layer }) => layer);
  return [
    ...inside.flatMap(({ trainableWeights }) => trainableWeights),
    ...inside.flatMap(({ nonTrainableWeights }) => nonTrainableWeights),
  ];
}

type Leaf = KerasLayer & { path: readonly string[] };

/** The layers that are not models, each with the names of the models that it is in and its own. */
function leavesOf(layers: readonly KerasLayer[], path: readonly string[] = []): Leaf[] {
  return layers.flatMap((entry): Leaf[] => {
    const inner = [...path, entry.name];
    return entry.layers ? leavesOf(entry.layers, inner) : [{ ...entry, path: inner }];
  });
}

/**
 * Finds every weight of a model among tensors with the names that TensorFlow.js and its converter give them: `[model/]layer/weight`.
 *
 * @throws {@link WeightsError} that names layer and tensor, if one is missing, too many, or of another shape.
 */
export function findNamed(stored: ReadonlyMap<string, StoredTensor>, layers: readonly KerasLayer[]): Setter[] {
  const left = new Set(stored.keys());
  const setters = leavesOf(layers).flatMap((leaf) => {
    const names = leaf.statistics ? ['mean', 'variance'] : leaf.layer.weights.map(lastName);
    const paths = names.map((name) => {
      const key = keyOf(placeOf('', leaf), left, leaf.path, name);
      left.delete(key);
      return key;
    });
    return pair({ tensor: (path) => stored.get(path) }, leaf, leaf.layer.weights, paths);
  });
  const [extra] = left;
  if (extra === undefined || extra.endsWith('/count')) return setters;
  throw weightsError('', 'only weights that the topology has', `'${extra}' besides`);
}

/** The name of a stored weight; with all models that it is in, if the name of the layer alone does not tell. */
function keyOf(place: string, keys: Iterable<string>, path: readonly string[], weight: string): string {
  const ends = (names: readonly string[]) => {
    const end = `/${[...names, weight].join('/')}`;
    return [...keys].filter((key) => `/${key}`.endsWith(end));
  };
  const byName = ends(path.slice(-1));
  const found = byName.length > 1 ? ends(path) : byName;
  if (found.length === 1) return found[0]!;
  throw weightsError(`${place}: weight '${weight}'`, 'one such weight', `${found.length || 'none'}`);
}

/** Reads the tensors of a layer. */
function pair(file: Tensors, entry: KerasLayer, weights: readonly Weight[], paths: readonly string[]): Setter[] {
  const { layer, statistics, outFirst } = entry;
  const place = placeOf('', entry);
  if (statistics) {
    const [mean, variance] = [paths[0], paths[1]].map((path) => {
      const tensor = path === undefined ? undefined : file.tensor(path);
      if (!tensor) throw weightsError(place, 'a mean and a variance', `nothing in ${path ?? 'the file'}`);
      const count = tf.util.sizeFromShape([...tensor.shape]);
      if (count <= MAX_STATISTICS) return { shape: tensor.shape, values: tensor.read() };
      throw weightsError(place, `at most ${MAX_STATISTICS} means`, `${count} in '${path!}'`);
    });
    const settings = within(place, () => rescalingOf(statistics, mean!, variance!));
    return [() => Object.assign(layer, settings)]; // fields of tfjs's Rescaling layer
  }
  if (paths.length > weights.length) {
    throw weightsError(place, `${weights.length} weights`, `${paths.length}, the last '${paths.at(-1)!}'`);
  }
  return weights.map((weight, i) => {
    const path = paths[i];
    const tensor = path === undefined ? undefined : file.tensor(path);
    const isTransposed = outFirst && i === 0;
    const shape = isTransposed ? OUT_FIRST.map((axis) => weight.shape[axis]) : weight.shape;
    const refuse = (expected: string, received: string) => {
      throw weightsError(`${place}: weight '${lastName(weight)}'`, expected, received);
    };
    const expected = `shape [${shape.join(', ')}]`;
    if (!tensor) return refuse(expected, `nothing in ${path ?? 'the file'}`);
    const kind = KINDS.exec(path!)?.[1];
    if (kind !== undefined && KINDS.test(weight.originalName) && !weight.originalName.endsWith(kind)) {
      refuse('a weight of this name', `'${path!}'`);
    }
    if (tensor.shape.join() !== shape.join()) refuse(expected, `shape [${tensor.shape.join(', ')}] in '${path!}'`);
    const values = tensor.read();
    const isTurned = file.theano && lastName(weight) === 'kernel' && weight.shape.length === 4;
    return () => {
      const stored = tf.tensor(values, [...tensor.shape]);
      const ours = isTransposed ? tf.transpose(stored, [2, 3, 1, 0]) : stored;
      const variable = weight.read() as tf.Variable; // weight.write() would apply a constraint, as if after a step of training
      variable.assign(isTurned ? tf.reverse(ours, [0, 1]) : ours);
    };
  });
}
