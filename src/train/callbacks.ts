import * as tfl from '@tensorflow/tfjs-layers';
import type { TfCallback, TfCallbackInstance } from './options';
import type { ResolvedOptions } from './parse-options';

const isInstance = (callback: TfCallback): callback is TfCallbackInstance => 'setParams' in callback;

/** Creates tfjs's list of callbacks, which has a method for each event. */
export async function createCallbacks(
  model: tfl.LayersModel,
  { callbacks, epochs, batchSize, validation }: ResolvedOptions,
  samples = 0,
  steps = 0,
): Promise<tfl.CallbackList> {
  const list = new tfl.CallbackList(
    callbacks.map((callback) =>
      isInstance(callback) ? (callback as tfl.Callback) : new tfl.CustomCallback(callback, 'never'),
    ),
  );
  const doValidation = validation !== undefined;
  const metrics = ['loss', 'acc', ...(doValidation ? ['val_loss', 'val_acc'] : [])];
  list.setParams({ epochs, initialEpoch: 0, samples, steps, batchSize, verbose: 0, metrics, doValidation });
  await list.setModel(model);
  return list;
}
