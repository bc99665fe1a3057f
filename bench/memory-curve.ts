/**
 * Trains for long and draws how much memory the process and the tensors take: `npx tsx bench/memory-curve.ts --minutes 30 --backend wasm`.
 * The network is narrow and the pictures are made up, so that there are many steps; all parts of the trainer that keep something
 * take part: augmentation, mixup, momentum, averaged weights, validation, the best epoch's weights, and a checkpoint at each epoch.
 */
import { writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { cosine, createCompactCnn, Dataset, memoryCheckpoint, Random, train } from 'fer-cnn';
import { startBackend } from '../src/cli/backend';
import { backendOption, wholeNumber } from '../src/cli/options';
import { cli } from '../research/support/cli';
import { panelsSvg } from '../src/cli/line-panel';
import { main } from '../research/support/main';
import { describeMachine } from './support/machine';

/** Memory at a moment of the run. */
interface Point {
  minute: number;
  step: number;
  epoch: number;
  /** Resident memory of the process, MB. */
  resident: number;
  /** All tensors that are alive between two steps, MB. */
  tensorMegabytes: number;
  /** How many they are. */
  tensors: number;
  /** The heap of the WASM backend, MB; NaN on others. */
  wasmHeap: number;
}

const [MEGABYTE, SIDE, PICTURES, BATCH] = [1e6, 24, 256, 32];
const RESIDENT = '#2563a8';
const TENSORS = '#c2570c';
const HEAP = '#2a7d4f';

const options = cli('bench/memory-curve.ts', 'Draws the memory of a long training run.')
  .option('--minutes <n>', 'how long to train', wholeNumber, 30)
  .addOption(backendOption().default('wasm'))
  .option('--every <n>', 'seconds between two points', wholeNumber, 10)
  .option('--out <path>', 'where PATH.svg and PATH.json are written', 'docs/images/training-memory')
  .parse()
  .opts<{ minutes: number; backend: string; every: number; out: string }>();

await main(async () => {
  const backend = await startBackend(options.backend, []);
  const model = createCompactCnn({ inputSize: [SIDE, SIDE], conv: { filters: [8, 16], repeats: 2 }, seed: 1 });
  const points: Point[] = [];
  const start = performance.now();
  const stop = new AbortController();
  const minute = () => (performance.now() - start) / 60_000;
  const epochs = 1_000_000; // until time is up
  const run = train(model, pictures(1), {
    epochs,
    batchSize: BATCH,
    validation: pictures(2),
    augment: { flip: 0.5, affine: { rotate: 8, scale: 0.08, shift: 0.07 }, mixup: 0.2 },
    optimization: { learningRate: cosine({ peak: 0.01, epochs }), averaging: 0.99, weightDecay: 1e-4 },
    earlyStopping: { patience: epochs, restoreBest: true },
    checkpoint: { store: memoryCheckpoint() },
    signal: stop.signal,
    onProgress: ({ epoch, batch }) => {
      if (batch !== 1) return; // always the same moment of an epoch
      if (points.length > 0 && 60 * (minute() - points.at(-1)!.minute) < options.every) return;
      points.push({ minute: minute(), step: ((epoch - 1) * PICTURES) / BATCH + batch, epoch, ...measure() });
      if (minute() >= options.minutes) stop.abort(points);
    },
  });
  await run.catch((reason: unknown) => {
    if (reason !== points) throw reason;
  });
  const machine = describeMachine();
  await writeFile(`${options.out}.json`, `${JSON.stringify({ backend, machine, points })}\n`);
  await writeFile(`${options.out}.svg`, draw(backend, machine, points));
  const [, early, last] = [points[0], points[Math.floor(points.length / 5)]!, points.at(-1)!];
  console.log(`${last.step} steps, ${last.epoch} epochs in ${last.minute.toFixed(1)} minutes on ${backend}`);
  for (const { minute, resident, tensors, tensorMegabytes } of [early, last]) {
    const text = `${tensors} tensors with ${tensorMegabytes.toFixed(2)} MB, resident ${resident.toFixed(0)} MB`;
    console.log(`minute ${minute.toFixed(1)}: ${text}`);
  }
});

function pictures(seed: number): Dataset {
  const random = new Random(seed);
  const images = new Uint8Array(PICTURES * SIDE * SIDE).map(() => random.integer(256));
  const labels = Uint8Array.from({ length: PICTURES }, (_, i) => i % 7);
  return new Dataset({ images, labels, height: SIDE, width: SIDE });
}

function measure(): Pick<Point, 'resident' | 'tensorMegabytes' | 'tensors' | 'wasmHeap'> {
  const { wasm } = tf.backend() as { wasm?: { HEAPU8: Uint8Array } };
  return {
    resident: process.memoryUsage.rss() / MEGABYTE,
    tensorMegabytes: tf.memory().numBytes / MEGABYTE,
    tensors: tf.memory().numTensors,
    wasmHeap: (wasm?.HEAPU8.length ?? NaN) / MEGABYTE,
  };
}

function draw(backend: string, machine: Record<string, string>, points: readonly Point[]): string {
  const last = points.at(-1)!;
  const title = `Memory of ${last.step.toLocaleString('en')} training steps (${last.epoch.toLocaleString('en')} epochs) on ${backend}`;
  const marks = [0, 0.5, 1].map((at) => [at, `${Math.round(at * last.minute)}`] as const);
  const common = { axis: 'minutes', marks, low: 0 };
  const line = (field: keyof Point, color: string) => ({ color, values: points.map((point) => point[field]) });
  return panelsSvg(`${title}`, `Resident memory and tensors over time, ${machine['date']}.`, [
    {
      ...common,
      title: 'Resident memory (blue), heap of WASM (green), MB',
      lines: [line('resident', RESIDENT), line('wasmHeap', HEAP)],
      label: (value) => value.toFixed(0),
    },
    {
      ...common,
      title: 'All tensors, MB',
      lines: [line('tensorMegabytes', TENSORS)],
      label: (value) => value.toFixed(2),
    },
  ]);
}
