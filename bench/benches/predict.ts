import * as tf from '@tensorflow/tfjs-core';
import { createModel, listModels, type ModelName } from 'fer-cnn';
import { activate, type BackendName } from '../../src/cli/backend';
import { FusedNetwork } from '../../src/classify/fusion';
import { race, timed, type Contender } from '../support/measure';
import { availableBackends, flopsOf } from '../support/networks';
import type { Bench } from '../support/section';

/** The fused network of the classifier against `model.predict` of plain tfjs-layers. */
export const predict: Bench = {
  name: 'predict',
  async *run(context) {
    for (const backend of await availableBackends()) {
      for (const model of listModels()) {
        for (const batch of batchesOf(backend, context.quick)) {
          const title = `Prediction on ${backend}: ${model}, ${batch === 1 ? 'one picture' : `${batch} pictures`}`;
          yield await race(title, await contenders(backend, model, batch), context);
        }
      }
    }
  },
};

function batchesOf(backend: BackendName, quick: boolean): number[] {
  if (backend === 'cpu') return [1];
  return quick ? [1, 16] : [1, 64];
}

async function contenders(backend: BackendName, name: ModelName, images: number): Promise<Contender[]> {
  await activate(backend);
  const model = createModel(name, { seed: 1 });
  const fused = new FusedNetwork(model);
  const input = tf.randomNormal<tf.Rank.R4>([images, 48, 48, 1]);
  const times = images === 1 && backend !== 'cpu' ? 10 : 1; // so that a turn is long enough to be timed
  const measure = (work: () => tf.Tensor) =>
    timed(async () => {
      const output = work();
      await output.data();
      output.dispose();
    }, times);
  const work = { images, flop: images * flopsOf(model).forward };
  return [
    { name: 'fused', ...work, measure: () => measure(() => fused.predict(input)) },
    {
      name: 'model.predict',
      ...work,
      measure: () => measure(() => model.predict(input, { batchSize: images }) as tf.Tensor),
      close: () => {
        fused.dispose();
        model.dispose();
        input.dispose();
      },
    },
  ];
}
