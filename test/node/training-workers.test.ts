import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InputError, TrainingError } from '../../src/errors';
import { startTrainingWorkers, type TrainingWorkers } from '../../src/node/training-workers';
import type { TrainOptions } from '../../src/train/options';
import { train } from '../../src/train/train';
import { describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';
import { tinyCnn, weightsOf } from '../support/tiny';

const BACKEND = pathToFileURL(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-cpu'));

/** Everything in which a part could differ from its share of the whole: batch norm, dropout, mixup, a last batch of one image. */
const OPTIONS = {
  epochs: 2,
  batchSize: 9,
  seed: 3,
  augment: { flip: 0.5, mixup: 0.2 },
  loss: { labelSmoothing: 0.05, classWeights: [1, 2, 1, 1, 1, 3, 1] },
  optimization: { learningRate: 0.03, weightDecay: 1e-3, clipNorm: 1, averaging: 0.9 },
} satisfies TrainOptions;

async function trained(options: Partial<TrainOptions> = {}): Promise<{ weights: number[]; losses: number[] }> {
  const model = tinyCnn(1, 0.3);
  try {
    const { history } = await train(model, squares(28), { ...OPTIONS, ...options });
    return { weights: weightsOf(model), losses: history.map(({ loss }) => loss) };
  } finally {
    model.dispose();
  }
}

describeOn(['cpu'], 'startTrainingWorkers', () => {
  expectNoLeaks();
  let workers: TrainingWorkers;
  beforeAll(async () => {
    workers = await startTrainingWorkers({ backend: BACKEND, count: 3 });
  });
  afterAll(() => workers.close());

  it('train the same model as one thread, except for rounding', async () => {
    const [alone, together] = [await trained(), await trained({ workers })];
    expect(together.losses).toBeAllClose(alone.losses, { atol: 1e-5, rtol: 1e-4 });
    expect(together.weights).toBeAllClose(alone.weights, { atol: 1e-3, rtol: 1e-3 });
    expect(together.weights).not.toEqual(alone.weights);
  });

  it('train the layers that are not frozen', async () => {
    const freeze = 'conv1_pool';
    const [alone, together] = [await trained({ freeze }), await trained({ workers, freeze })];
    expect(together.losses).toBeAllClose(alone.losses, { atol: 1e-5, rtol: 1e-4 });
    expect(together.weights).toBeAllClose(alone.weights, { atol: 1e-3, rtol: 1e-3 });
  });

  it('serve one run after another, and one at a time', async () => {
    const first = trained({ workers });
    await expect(trained({ workers })).rejects.toThrow(/workers of another run/);
    const result = await first;
    expect(await trained({ workers })).toEqual(result);
  });

  it('support distillation', async () => {
    const data = { ...squares(14), teacher: new Float32Array(98).fill(1 / 7) };
    const losses = async (options: Partial<TrainOptions>) => {
      const model = tinyCnn(1, 0);
      const { history } = await train(model, data, { ...OPTIONS, loss: { distillation: {} }, ...options });
      model.dispose();
      return history.map(({ loss }) => loss);
    };
    expect(await losses({ workers })).toBeAllClose(await losses({}), { atol: 1e-5, rtol: 1e-4 });
  });

  it('accept losses only by name', async () => {
    const loss = { type: (logits: tf.Tensor2D) => tf.sum<tf.Tensor1D>(logits, 1) };
    await expect(trained({ workers, loss })).rejects.toThrow(InputError);
    await expect(trained({ workers, loss })).rejects.toThrow(/train: loss.type.*name of a loss/);
  });

  it('refuse a loss that is not finite, and leave the weights unchanged', async () => {
    const model = tinyCnn(1, 0);
    const before = weightsOf(model);
    const optimization = { learningRate: 1e30 };
    await expect(train(model, squares(28), { epochs: 9, optimization, workers })).rejects.toThrow(TrainingError);
    expect(weightsOf(model)).not.toContain(NaN);
    expect(weightsOf(model)).toHaveLength(before.length);
    model.dispose();
  });

  it('refuse invalid options before a thread is started', async () => {
    await expect(startTrainingWorkers({} as never)).rejects.toThrow(/options\.backend.*module/);
    await expect(startTrainingWorkers({ backend: BACKEND, count: 0 })).rejects.toThrow(/options\.count/);
    await expect(startTrainingWorkers({ backend: BACKEND, threads: 2 } as never)).rejects.toThrow(/threads/);
  });

  it('report a backend that cannot be imported, and leave no thread', async () => {
    const start = startTrainingWorkers({ backend: 'no-such-package', count: 2 });
    await expect(start).rejects.toThrow(/training thread: start.*no-such-package/s);
  });

  it('fail the run if a thread exits during it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-threads-'));
    const module = join(folder, 'backend.mjs');
    await writeFile(module, `import ${JSON.stringify(BACKEND.href)};\nsetTimeout(() => process.exit(7), 1500);\n`);
    const dying = await startTrainingWorkers({ backend: module, count: 2 });
    const model = tinyCnn(1, 0);
    await expect(train(model, squares(28), { epochs: 1e6, workers: dying })).rejects.toThrow(/an exit \(exit code 7\)/);
    model.dispose();
    await dying.close();
    await rm(folder, { recursive: true });
  });
});
