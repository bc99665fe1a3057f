import { createModel, listModels, type ModelName } from 'fer-cnn';
import { race, type Contender } from '../support/measure';
import { availableBackends, sequenceOf } from '../support/networks';
import { findPython, python } from '../support/python';
import type { Bench } from '../support/section';
import { ours, plain, type Job } from '../support/trainers';

/** Batches at which WASM meets the plain CPU backend, on which a picture of the deep network takes seconds. */
const SMALL: Record<string, number> = { shallow: 16, deep: 2 };

const NATIVE_NOTE = 'The same network, batch, optimizer and allocator settings for all.';
const WASM_NOTE = 'Plain tfjs cannot train a convolution on WASM, so that its rival is the plain CPU backend.';

/** A training step: on the native backend against plain tfjs, Keras and PyTorch, on WASM against the plain CPU backend. */
export const training: Bench = {
  name: 'train',
  async *run(context) {
    const backends = await availableBackends();
    const [withKeras, withTorch] = [findPython(['tensorflow', 'keras']), findPython(['torch'])];
    for (const model of listModels()) {
      if (backends.includes('tensorflow')) {
        const job: Job = { model, batch: context.quick ? 32 : 128, steps: 2 };
        const inBfloat16: Job = { ...job, precision: 'bfloat16' };
        const rivals: Contender[] = [await ours('tensorflow', job)];
        rivals.push(await ours('tensorflow', inBfloat16, 'train in bfloat16'));
        const layers = layersOf(model);
        if (withKeras && layers)
          rivals.push(await elsewhere('Keras 3 on TensorFlow', withKeras, 'keras_step.py', layers, job));
        if (withTorch && layers) {
          rivals.push(await elsewhere('PyTorch', withTorch, 'torch_step.py', layers, job));
          rivals.push(await elsewhere('PyTorch in bfloat16', withTorch, 'torch_step.py', layers, inBfloat16));
        }
        rivals.push(await plain('tensorflow', job));
        yield await race(`Training step on tensorflow: ${model}, batch ${job.batch}`, rivals, context, NATIVE_NOTE);
      }
      const job: Job = { model, batch: context.quick ? 2 : (SMALL[model] ?? 4), steps: 1 };
      const title = `Training step on wasm: ${model}, batch ${job.batch}`;
      const few = { ...context, rounds: Math.min(context.rounds, context.quick ? 1 : 3) };
      const contenders = [await ours('wasm', job, 'train on wasm'), await plain('cpu', job, 'plain tfjs on cpu')];
      yield await race(title, contenders, few, WASM_NOTE);
    }
  },
};

function layersOf(name: ModelName): object[] | undefined {
  const model = createModel(name);
  const layers = sequenceOf(model);
  model.dispose();
  return layers;
}

/** The same network in Python. */
function elsewhere(name: string, path: string, program: string, layers: object[], job: Job): Promise<Contender> {
  const { batch, steps, precision = 'float32' } = job;
  return python(name, path, program, [JSON.stringify({ layers, batch, steps, precision })], { images: batch });
}
