import type * as tfl from '@tensorflow/tfjs-layers';
import { weightsError } from '../errors';
import type { Hdf5Reader, Hdf5Tensor } from './hdf5';
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

/**
 * Finds every weight of a network in a file of Keras: as Keras 3 lays them out, by place, or as Keras 1 and 2 do, in the order of layers
 * and weights.
 *
 * @param where The file, for messages.
 * @param file The file, open.
 * @param model The network; borrowed, unchanged.
 * @param layers Its layers as Keras names them.
 * @param backend What Keras 1 or 2 computed with, if the file does not tell.
 * @returns A value of the right shape for each weight.
 * @throws {@link WeightsError} that names layer and tensor, if one is missing, too many, or of another shape.
 */
export function findWeights(
  where: string,
  file: Hdf5Reader,
  model: tfl.LayersModel,
  layers: readonly KerasLayer[],
  backend?: string,
): WeightValue[] {
  const root = ['layers', '_layer_checkpoint_dependencies'].find((path) => file.names(path));
  if (root !== undefined) return byPlace(where, file, root, model, layers);
  const theano = (backend ?? file.texts('', 'backend')?.[0]) === 'theano';
  return inOrder(where, file, model, layers).map((value) => ({ ...value, turned: theano && isKernel(value.weight) }));
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
): WeightValue[] {
  const place = kerasPlaces();
  return layers.flatMap((entry) => {
    const path = `${root}/${place(entry.className)}`;
    const layer = model.getLayer(entry.name);
    if (entry.layers) return byPlace(where, file, `${path}/layers`, layer as tfl.LayersModel, entry.layers);
    const count = file.names(`${path}/vars`)?.length ?? 0;
    return pair(
      where,
      file,
      entry,
      layer.weights,
      Array.from({ length: count }, (_, i) => `${path}/vars/${i}`),
    );
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
function inOrder(
  where: string,
  file: Hdf5Reader,
  model: tfl.LayersModel,
  layers: readonly KerasLayer[],
): WeightValue[] {
  const root = file.names('model_weights') ? 'model_weights/' : '';
  const names = file.texts(root.slice(0, -1), 'layer_names');
  if (!names) {
    throw weightsError(where, 'weights as Keras saves them', 'a file without layers');
  }
  const stored = names
    .map((name) => (file.texts(`${root}${name}`, 'weight_names') ?? []).map((weight) => `${root}${name}/${weight}`))
    .filter((paths) => paths.length > 0);
  const wanted = layers
    .map((entry) => ({ entry, weights: weightsInOrder(model, entry) }))
    .filter(({ weights }) => weights.length > 0);
  if (stored.length !== wanted.length) {
    const first = wanted[stored.length]?.entry;
    const received = `${stored.length}${first ? `: none is left for layer '${first.name}' (${first.className})` : ''}`;
    throw weightsError(where, `weights of ${wanted.length} layers`, received);
  }
  return wanted.flatMap(({ entry, weights }, i) => pair(where, file, entry, weights, stored[i]!));
}

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
    if (tensor.shape.join() !== stored.join()) {
      const received = `shape [${tensor.shape.join(', ')}] in '${paths[i]!}'`;
      throw weightsError(place, expected, received);
    }
    return { weight, shape: tensor.shape, values: tensor.read(), outFirst: outFirst && i === 0, turned: false };
  });
}
