/** Trains a network by TensorFlow's own distribution and comes back with it: `npx tsx research/scale-out.ts --data fer2013.csv.gz`. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createModel,
  DEFAULT_PREPROCESSING,
  EMOTIONS,
  evaluate,
  type Dataset,
  listModels,
  type ModelName,
  loadFer2013,
  saveModel,
} from 'fer-cnn';
import { exportKeras, importKeras } from 'fer-cnn/interchange';
import { classifyFolder } from 'fer-cnn/node';
import { startBackend } from '../src/cli/backend';
import { backendOption, wholeNumber } from '../src/cli/options';
import { cli } from './support/cli';
import { main } from './support/main';

interface Options {
  data: string;
  model: ModelName;
  python: string;
  out: string;
  workers: number;
  rows: number;
  epochs: number;
  batch: number;
  backend?: string;
}

const options = cli(
  'research/scale-out.ts',
  'Trains a network by MultiWorkerMirroredStrategy, with all workers on this machine, then scores and uses it.',
)
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .option('--model <name>', `one of ${listModels().join(', ')}`, 'shallow')
  .option('--python <program>', 'a Python with tensorflow and keras 3', process.env['FER_CNN_PYTHON'] ?? 'python3')
  .option('--out <dir>', 'folder for everything that is written', 'runs/scale-out')
  .option('--workers <n>', 'processes that train together', wholeNumber, 2)
  .option('--rows <n>', 'how many rows of Training to use, and of PublicTest to score', wholeNumber, 1024)
  .option('--epochs <n>', 'times over these rows', wholeNumber, 3)
  .option('--batch <n>', 'pictures in a step, of all workers together', wholeNumber, 64)
  .addOption(backendOption())
  .parse()
  .opts<Options>();

const TRAINER = fileURLToPath(new URL('scale-out/train.py', import.meta.url));
const PICTURES = fileURLToPath(new URL('../examples/pictures', import.meta.url));
const at = (name: string) => join(options.out, name);

await main(async () => {
  await startBackend(options.backend);
  const dataset = await loadFer2013(options.data);
  await exportEverything(firstRows(dataset, 'Training'));
  await trainTogether();

  const model = await importKeras(at('trained.keras'));
  const card = {
    name: 'scale-out',
    architecture: options.model,
    classNames: EMOTIONS,
    preprocessing: DEFAULT_PREPROCESSING,
  };
  const report = await evaluate(model, firstRows(dataset, 'PublicTest'), { preprocessing: DEFAULT_PREPROCESSING });
  console.log(`PublicTest: ${(100 * report.accuracy).toFixed(1)} % of ${report.size} pictures`);
  await saveModel(at('weights'), model, { card });
  model.dispose();

  if (options.backend) process.env['FER_CNN_BACKEND'] = options.backend; // for the workers
  const backend = new URL('../src/cli/worker-backend.ts', import.meta.url);
  const out = at('results.jsonl');
  const { files, failed } = await classifyFolder(PICTURES, {
    out,
    model: at('weights'),
    workers: { backend, count: 1 },
  });
  console.log(`${files} pictures in ${out}, ${failed} of them with an error`);
});

function firstRows(dataset: Dataset, usage: 'Training' | 'PublicTest'): Dataset {
  const split = dataset.where(usage);
  return split.subset(Array.from({ length: Math.min(options.rows, split.size) }, (_, i) => i));
}

/** Writes what train.py reads: an untrained network, pictures, labels and settings. */
async function exportEverything(training: Dataset): Promise<void> {
  await mkdir(options.out, { recursive: true });
  const model = createModel(options.model, { seed: 1 });
  await writeFile(at('network.keras'), await exportKeras(model));
  model.dispose();
  await writeFile(at('images.bin'), training.images);
  await writeFile(at('labels.bin'), training.labels);
  const { epochs, batch } = options;
  await writeFile(at('settings.json'), JSON.stringify({ epochs, batch, learningRate: 0.02, ...DEFAULT_PREPROCESSING }));
}

/** Starts the workers, which find one another by TF_CONFIG, and waits for all. On many machines each would start its own. */
async function trainTogether(): Promise<void> {
  const worker = await Promise.all(Array.from({ length: options.workers }, freeAddress));
  const processes = worker.map((_address, index) => {
    const config = { cluster: { worker }, task: { type: 'worker', index } };
    const env = {
      TF_CPP_MIN_LOG_LEVEL: '2',
      TF_NUM_INTRAOP_THREADS: '1',
      ...process.env,
      TF_CONFIG: JSON.stringify(config),
    };
    return spawn(options.python, [TRAINER, options.out], {
      env,
      stdio: ['ignore', index === 0 ? 'inherit' : 'ignore', 'pipe'],
    });
  });
  const ends = processes.map(async (child, index) => {
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
    const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
    if (code !== 0) throw new Error(`worker ${index} of ${options.python} ended with ${String(code)}:\n${said}`);
  });
  try {
    await Promise.all(ends);
  } finally {
    for (const child of processes) child.kill(); // those that wait for one that failed
    await Promise.allSettled(ends);
  }
}

async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}
