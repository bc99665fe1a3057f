import type * as tfl from '@tensorflow/tfjs-layers';
import { Dataset } from 'fer-cnn';
import { activate, type BackendName } from '../../src/cli/backend';

/** Pictures of noise with labels in turn: speed does not depend on what is in them. */
export function noise(size: number): Dataset {
  let state = 1;
  const images = new Uint8Array(size * 48 * 48).map(() => (state = (state * 1103515245 + 12345) & 0x7fffffff) >>> 16);
  return new Dataset({ images, labels: Uint8Array.from({ length: size }, (_, i) => i % 7), height: 48, width: 48 });
}

/** The backends that start here, fastest first. */
export async function availableBackends(): Promise<BackendName[]> {
  const started: BackendName[] = [];
  for (const name of ['tensorflow', 'wasm', 'cpu'] as const) {
    try {
      await activate(name);
      started.push(name);
    } catch {
      // not installed
    }
  }
  return started;
}

/**
 * Floating-point operations of one picture's way through the convolutions and dense layers; the rest is small. A training step takes
 * three times as many, less the input gradient of the first layer, which is not needed.
 */
export function flopsOf(model: tfl.LayersModel): { forward: number; training: number } {
  let forward = 0;
  let first: number | undefined;
  for (const layer of model.layers) {
    const kind = layer.getClassName();
    if (kind !== 'Conv2D' && kind !== 'Dense') continue;
    const [kernel] = layer.getWeights();
    const places = kind === 'Conv2D' ? (layer.outputShape as number[])[1]! * (layer.outputShape as number[])[2]! : 1;
    const own = 2 * kernel!.size * places;
    first ??= own;
    forward += own;
  }
  return { forward, training: 3 * forward - (first ?? 0) };
}

/** The layers of a network that is a plain sequence, in words that the Python program understands; undefined if it is none. */
export function sequenceOf(model: tfl.LayersModel): object[] | undefined {
  const layers = model.layers.map((layer) => ({ kind: layer.getClassName(), config: layer.getConfig() }));
  const known = [
    'InputLayer',
    'Conv2D',
    'Dense',
    'BatchNormalization',
    'Activation',
    'MaxPooling2D',
    'Dropout',
    'Flatten',
  ];
  const isSequence = model.layers.every((layer) => layer.inboundNodes[0]!.inboundLayers.length <= 1);
  const isKnown = layers.every(({ kind }) => [...known, 'GlobalAveragePooling2D'].includes(kind));
  return isSequence && isKnown ? layers : undefined;
}
