import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * Builds the model of a topology, with untrained weights.
 *
 * @param topology The topology; not changed.
 * @returns The model; the caller's.
 * @throws What tfjs throws if it cannot be built.
 */
export function modelOf(topology: object): Promise<tfl.LayersModel> {
  const modelTopology = topology as tfl.ModelAndWeightsConfig['modelTopology']; // in a field of its own, since tfjs would fetch weights for one that has a manifest
  return tfl.models.modelFromJSON({ modelTopology });
}

/** Makes a layer of a class of tfjs-layers, from its settings in camel case. */
export function layerOf(className: string, config: tf.serialization.ConfigDict): tfl.layers.Layer {
  const [type, fromConfig] = tf.serialization.SerializationMap.getMap().classNameMap[className]!;
  return fromConfig(type, config) as tfl.layers.Layer;
}

/** What layers make their weights by. */
interface LayerPrototype {
  fastWeightInitDuringBuild: boolean;
  addWeight(name: string, shape: readonly number[], ...rest: unknown[]): unknown;
}

/**
 * Lets layers make weights up to a number of values, all zero, while `build` runs.
 *
 * @param tooMany Makes the error for layers that want more.
 */
export function withWeightLimit<T>(values: number, tooMany: () => Error, build: () => T): T {
  const prototype = tfl.layers.Layer.prototype as unknown as LayerPrototype;
  const { addWeight } = prototype;
  let left = values;
  prototype.addWeight = function (name, shape, ...rest) {
    left -= tf.util.sizeFromShape([...shape]);
    if (!(left >= 0)) throw tooMany();
    this.fastWeightInitDuringBuild = true;
    return addWeight.call(this, name, shape, ...rest);
  };
  try {
    return build();
  } finally {
    prototype.addWeight = addWeight;
  }
}
