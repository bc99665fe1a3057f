import type * as tfl from '@tensorflow/tfjs-layers';
import { weightsError } from '../errors';
import type { Hdf5Reader, Hdf5Tensor } from './hdf5';
import type { Settings } from './keras-layers';
import { rescalingOf } from './keras-normalization';
import type { KerasLayer } from './keras-topology';

type Layer = tfl.layers.Layer;
type Weight = Layer['weights'][number];

/** The axes of a kernel [height, width, in, out] in the order [out, in, height, width]. */
const OUT_FIRST = [3, 2, 0, 1];

/** A weight of a network and what it is to hold. */
export interface WeightValue extends Hdf5Tensor {
  /** The weight in the network. */
  weight: Weight;
  /** Whether it is a kernel stored as [out, in, height, width]. */
  outFirst: boolean;
  /** Whether it is a kernel of Theano, which is turned by 180° against others. */
  turned: boolean;
}

/** A Rescaling layer of a network and the settings that it is to have: those of a Normalization layer that was adapted. */
export interface RescalingValue {
  /** The layer in the network. */
  layer: Layer;
  /** Its `scale` and `offset`. */
  settings: Settings;
}

/** What a file holds for a network. */
export type FoundValue = WeightValue | RescalingValue;

/**
 * Finds every weight of a network in a file of Keras: as Keras 3 lays them out, by place, or as Keras 1 and 2 do, in the order of layers
 * and weights.
 *
 * @param where The file, for messages.
 * @param file The file, open.
 * @param model The network; borrowed, unchanged.
 * @param layers Its layers as Keras names them.
 * @param backend What Keras 1 or 2 computed with, if the file does not tell.
 * @returns A value of the right shape for each weight, and the settings that stand among the weights.
 * @throws {@link WeightsError} that names layer and tensor, if one is missing, too many, or of another shape.
 */
export function findWeights(
  where: string,
  file: Hdf5Reader,
  model: tfl.LayersModel,
  layers: readonly KerasLayer[],
  backend?: string,
): FoundValue[] {
  const root = ['layers', '_layer_checkpoint_dependencies'].find((path) => file.names(path));
  if (root !== undefined) return byPlace(where, file, root, model, layers);
  const theano = (backend ?? file.texts('', 'backend')?.[0]) === 'theano';
  return inOrder(where, file, model, layers).map((value) =>
    'weight' in value ? { ...value, turned: theano && isKernel(value.weight) } : value,
  );
}

/** Whether a weight is the kernel of a Conv2D, which alone differs among the backends of Keras. */
function isKernel({ originalName, shape }: Weight): boolean {
  return originalName.split('/').at(-1) === 'kernel' && shape.length === 4;
}

/** Keras 3: `layers/<class name in snake case, numbered>/vars/<number>`, models within models likewise. */
function byPlace(
  where: string,
  file: Hdf5Reader,
  root: string,
  model: tfl.LayersModel,
  layers: readonly KerasLayer[],
): FoundValue[] {
  const place = kerasPlaces();
  return layers.flatMap((entry) => {
    const path = `${root}/${place(entry.className)}`;
    const layer = model.getLayer(entry.name);
    if (entry.layers) return byPlace(where, file, `${path}/layers`, layer as tfl.LayersModel, entry.layers);
    const count = file.names(`${path}/vars`)?.length ?? 0;
    const paths = Array.from({ length: count }, (_, i) => `${path}/vars/${i}`);
    return entry.statistics
      ? [rescaling(where, file, entry, layer, paths)]
      : pair(where, file, entry, layer.weights, paths);
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
function inOrder(where: string, file: Hdf5Reader, model: tfl.LayersModel, layers: readonly KerasLayer[]): FoundValue[] {
  const root = file.names('model_weights') ? 'model_weights/' : '';
  const names = file.texts(root.slice(0, -1), 'layer_names');
  if (!names) {
    throw weightsError(where, 'weights as Keras saves them', 'a file without layers');
  }
  const stored = names
    .map((name) => ({
      name,
      paths: (file.texts(`${root}${name}`, 'weight_names') ?? []).map((weight) => `${root}${name}/${weight}`),
    }))
    .filter(({ paths }) => paths.length > 0);
  const wanted = layers
    .map((entry) => ({ entry, weights: weightsInOrder(model, entry) }))
    .filter(({ entry, weights }) => weights.length > 0 || entry.statistics);
  if (stored.length !== wanted.length) {
    const first = wanted[stored.length]?.entry;
    const received = `${stored.length}${first ? `: none is left for layer '${first.name}' (${first.className})` : ''}`;
    throw weightsError(where, `weights of ${wanted.length} layers`, received);
  }
  return inSameOrder(where, wanted, stored).flatMap(([{ entry, weights }, { paths }]): FoundValue[] => {
    return entry.statistics
      ? [rescaling(where, file, entry, model.getLayer(entry.name), paths)]
      : pair(where, file, entry, weights, paths);
  });
}

/**
 * Pairs layers with what is stored: by their names if these are the same, in whatever order, else one after another, as Keras does, whose numbers behind
 * names (`conv2d_4`) differ from session to session. Where a layer's own name stands elsewhere in the file, nobody knows which belongs to which.
 */
function inSameOrder<T extends { entry: KerasLayer }, S extends { name: string }>(
  where: string,
  wanted: readonly T[],
  stored: readonly S[],
): [T, S][] {
  const byName = new Map(stored.map((each) => [each.name, each]));
  const same = wanted.filter(({ entry }) => byName.has(entry.name));
  if (same.length === wanted.length) return wanted.map((each) => [each, byName.get(each.entry.name)!]);
  const pairs = wanted.map((each, i): [T, S] => [each, stored[i]!]);
  const crossed = pairs.find(([{ entry }, { name }]) => byName.has(entry.name) && bare(name) !== bare(entry.name));
  if (!crossed) return pairs;
  const [{ entry }, { name }] = crossed;
  const layer = `${where}: layer '${entry.name}' (${entry.className})`;
  throw weightsError(
    layer,
    'weights in the order of the layers',
    `'${name}' in its place`,
    'Give the layers the names in the file.',
  );
}

const bare = (name: string) => name.replace(/_\d+$/, '');

/** The weights of a layer as Keras 2 orders them: those of a model within come trainable first, then the others. */
function weightsInOrder(model: tfl.LayersModel, entry: KerasLayer): Weight[] {
  const inside = leaves(model, entry);
  return [
    ...inside.flatMap(({ trainableWeights }) => trainableWeights),
    ...inside.flatMap(({ nonTrainableWeights }) => nonTrainableWeights),
  ];
}

function leaves(model: tfl.LayersModel, { name, layers }: KerasLayer): Layer[] {
  const layer = model.getLayer(name);
  return layers ? layers.flatMap((entry) => leaves(layer as tfl.LayersModel, entry)) : [layer];
}

/** Names of weights that may have the same shape as others of their layer. */
const KINDS = /(?:^|\/)(gamma|beta|moving_mean|moving_variance)(?::0)?$/;

/** The settings of a Rescaling layer from the statistics of a Normalization layer: its first two weights, mean and variance; the third counts. */
function rescaling(
  where: string,
  file: Hdf5Reader,
  { name, className, statistics }: KerasLayer,
  layer: Layer,
  paths: readonly string[],
): RescalingValue {
  const place = `${where}: layer '${name}' (${className})`;
  const [mean, variance] = [paths[0], paths[1]].map((path) => {
    const tensor = path === undefined ? undefined : file.tensor(path);
    if (!tensor) throw weightsError(place, 'a mean and a variance', `nothing in ${path ?? 'the file'}`);
    const count = tensor.shape.reduce((product, length) => product * length, 1);
    if (count > MOST_STATISTICS)
      throw weightsError(place, `at most ${MOST_STATISTICS} means`, `${count} in '${path!}'`);
    return { shape: tensor.shape, values: tensor.read() };
  });
  return { layer, settings: rescalingOf(place, statistics!, mean!, variance!) };
}

/** One for each value of a large picture, of 512 × 512 × 4. */
const MOST_STATISTICS = 2 ** 20;

function pair(
  where: string,
  file: Hdf5Reader,
  { name, className, outFirst }: KerasLayer,
  weights: readonly Weight[],
  paths: readonly string[],
): WeightValue[] {
  const layer = `${where}: layer '${name}' (${className})`;
  if (paths.length > weights.length) {
    const received = `${paths.length}, the last '${paths.at(-1)!}'`;
    throw weightsError(layer, `${weights.length} weights`, received);
  }
  return weights.map((weight, i) => {
    const tensor = paths[i] === undefined ? undefined : file.tensor(paths[i]);
    const place = `${layer}: weight '${weight.originalName.split('/').at(-1)!}'`;
    const stored = outFirst && i === 0 ? OUT_FIRST.map((axis) => weight.shape[axis]) : weight.shape;
    const expected = `shape [${stored.join(', ')}]`;
    if (!tensor) throw weightsError(place, expected, `nothing in ${paths[i] ?? 'the file'}`);
    const kind = KINDS.exec(paths[i]!)?.[1];
    if (kind !== undefined && KINDS.test(weight.originalName) && !weight.originalName.endsWith(kind)) {
      throw weightsError(place, 'a weight of this name', `'${paths[i]!}'`);
    }
    if (tensor.shape.join() !== stored.join()) {
      const received = `shape [${tensor.shape.join(', ')}] in '${paths[i]!}'`;
      throw weightsError(place, expected, received);
    }
    return { weight, shape: tensor.shape, values: tensor.read(), outFirst: outFirst && i === 0, turned: false };
  });
}
