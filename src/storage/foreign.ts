import { type WeightsError, weightsError } from '../errors';
import { isObject } from '../validate';

/**
 * The error for a `model.json` that TensorFlow.js layers do not read.
 *
 * @param modelJson The parsed file, not yet looked at.
 * @param anyKeras Whether a topology of Keras 3 is read.
 * @returns An error that names the format and the way out; undefined if the format is not known.
 */
export function foreignFormat(file: string, modelJson: unknown, anyKeras: boolean): WeightsError | undefined {
  if (!isObject(modelJson)) return undefined;
  const { format, modelTopology: topology } = modelJson;
  if (format === 'graph-model' || (isObject(topology) && Array.isArray(topology['node']))) {
    return weightsError(
      file,
      'a layers model',
      'a graph model of TensorFlow.js, which has no layers any more',
      'Import the Keras file that it was made of with importKeras, or convert that with ' +
        'tensorflowjs_converter --input_format keras --output_format tfjs_layers_model.',
    );
  }
  if (anyKeras || !isObject(topology) || !/^[3-9]/.test(String(topology['keras_version']))) return undefined;
  return weightsError(
    file,
    'a topology of TensorFlow.js or Keras 2',
    'one of Keras 3, which TensorFlow.js itself does not read',
    "Import it with importKeras({ json, weights }) of 'fer-cnn/interchange', or import the .keras file.",
  );
}
