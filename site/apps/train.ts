import { type Dataset, EMOTIONS, listModels, loadModel, type ModelName, saveModel } from 'fer-cnn';
import { type BackendName, BACKENDS, isOffered } from '../../examples/browser/backends';
import { html, messageOf } from './html';
import { drawLines, type Line } from './lines';
import { confusionTable } from './confusion-table';
import { storedCheckpoint } from './stored-checkpoint';
import { showLegend } from './timeline';
import { atMost, imagesOf, partsOf, readData } from './train-data';
import { type Answer, type Epoch, type Order, SAVED } from './train-messages';

export const title = 'Train';

const MARKUP = `<section class="panel" aria-labelledby="train-title">
  <h2 id="train-title">Train a model in this page</h2>
  <p>Drop <code>fer2013.csv</code> (or its <code>.csv.gz</code>) or a folder with a subfolder of images for each class. Nothing is uploaded.</p>
  <div class="row">
    <input class="hidden-file" id="train-file" data-as="file" type="file" accept=".csv,.gz" /><label class="button" for="train-file">Choose fer2013.csv</label>
    <input class="hidden-file" id="train-folder" data-as="folder" type="file" webkitdirectory /><label class="button" for="train-folder">Choose a folder</label>
  </div>
  <p role="status" data-as="data">No data yet.</p>
  <div class="row">
    <label>Model <select data-as="model"></select></label>
    <label>Backend <select data-as="backend"></select></label>
    <label>Epochs <input data-as="epochs" type="number" min="1" max="500" value="5" /></label>
    <label>Batch size <input data-as="batch" type="number" min="1" max="512" value="32" /></label>
    <label>Images at most <input data-as="most" type="number" min="1" value="2000" /></label>
    <label>Begin with <select data-as="from"><option value="new">new weights</option><option value="bundled">the bundled weights</option></select></label>
  </div>
  <div class="row">
    <button type="button" data-as="start" disabled>Start</button>
    <button type="button" data-as="stop" disabled>Stop</button>
    <button type="button" data-as="resume" disabled>Resume</button>
    <button type="button" data-as="save" disabled>Download the model</button>
  </div>
  <p role="status" data-as="status"></p>
  <p class="problem" role="alert" data-as="problem"></p>
  <canvas data-as="curves" role="img" aria-label="No epoch yet" width="1000" height="260"></canvas>
  <p class="row" data-as="legend"></p>
  <div data-as="result"></div>
</section>`;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Trains in a worker, so that the page stays awake. */
export async function mount(root: HTMLElement): Promise<void> {
  const parts = html(root, MARKUP);
  const at = <T extends HTMLElement>(name: string) => parts[name] as T;
  const button = (name: string) => at<HTMLButtonElement>(name);
  const [model, backend] = [at<HTMLSelectElement>('model'), at<HTMLSelectElement>('backend')];
  model.append(...listModels().map((name) => new Option(name)));
  for (const name of BACKENDS) if (await isOffered(name)) backend.append(new Option(name));
  model.value = 'compact';

  let dataset: Dataset | undefined;
  let worker: Worker | undefined;
  let epochs: Epoch[] = [];
  const say = (name: string, text: string) => void (at(name).textContent = text);

  const take = async (files: Parameters<typeof readData>[0]) => {
    say('problem', '');
    say('data', 'Reading …');
    try {
      dataset = await readData(files);
      const { training, validation } = partsOf(dataset);
      say(
        'data',
        `${training.size} images to train on, ${validation.size} to validate on: ${dataset.classNames.join(', ')}.`,
      );
      button('start').disabled = false;
      button('resume').disabled = (await storedCheckpoint.read()) === undefined;
    } catch (error) {
      say('data', 'No data yet.');
      say('problem', messageOf(error));
    }
  };

  const setRunning = (isRunning: boolean) => {
    for (const name of ['start', 'resume']) button(name).disabled = isRunning;
    button('stop').disabled = !isRunning;
  };

  const answer = async ({ data }: MessageEvent<Answer>) => {
    if ('progress' in data) {
      const { epoch, epochs: all, batch, batches, loss, accuracy } = data.progress;
      say(
        'status',
        `Epoch ${epoch} of ${all}, step ${batch} of ${batches}: loss ${loss.toFixed(3)}, accuracy ${percent(accuracy)}`,
      );
    } else if ('logs' in data) {
      epochs[data.epoch] = data.logs;
      drawCurves(at<HTMLCanvasElement>('curves'), at('legend'), epochs);
    } else if ('report' in data) {
      const { report, isStopped } = data;
      say(
        'status',
        `${isStopped ? 'Stopped' : 'Done'}: ${percent(report.accuracy)} of the validation images are classified correctly.`,
      );
      at('result').replaceChildren(confusionTable(report.classNames, report.confusionMatrix));
      setRunning(false);
      button('resume').disabled = !isStopped;
      button('save').disabled = false;
    } else {
      say('problem', data.problem);
      setRunning(false);
    }
  };

  const start = (isResumed: boolean) => {
    const { training, validation } = partsOf(dataset!);
    const most = Math.max(1, at<HTMLInputElement>('most').valueAsNumber || 1);
    const isBundled = at<HTMLSelectElement>('from').value === 'bundled';
    say('problem', '');
    if (isBundled && dataset!.classNames.join() !== EMOTIONS.join()) {
      return say(
        'problem',
        'The bundled weights know the seven emotions only. Begin with new weights for other classes.',
      );
    }
    if (!isResumed) epochs = [];
    if (!worker) {
      worker = new Worker(new URL('./train-worker.ts', import.meta.url), { type: 'module' });
      worker.addEventListener('message', (event) => void answer(event));
      worker.addEventListener('error', ({ message }) => {
        say('problem', message || 'The worker did not start.');
        setRunning(false);
      });
    }
    const order: Order = {
      start: {
        backend: backend.value as BackendName,
        model: model.value as ModelName,
        isBundled,
        epochs: at<HTMLInputElement>('epochs').valueAsNumber || 1,
        batchSize: at<HTMLInputElement>('batch').valueAsNumber || 1,
        training: imagesOf(atMost(training, most)),
        validation: imagesOf(atMost(validation, most)),
        isResumed,
      },
    };
    worker.postMessage(order);
    setRunning(true);
    say('status', 'Starting …');
  };

  const save = async () => {
    const saved = await loadModel(SAVED);
    await saveModel('downloads://fer-cnn-model', saved.model, { card: saved.card });
    saved.model.dispose();
  };

  for (const name of ['file', 'folder']) {
    const input = at<HTMLInputElement>(name);
    input.addEventListener('change', () => void take([...input.files!]));
  }
  root.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation(); // it is not for the demo
    void dropped(event).then(take);
  });
  button('start').addEventListener('click', () => start(false));
  button('resume').addEventListener('click', () => start(true));
  button('stop').addEventListener('click', () => worker?.postMessage('stop' satisfies Order));
  button('save').addEventListener(
    'click',
    () => void save().catch((error: unknown) => say('problem', messageOf(error))),
  );
}

/** The file or the folder that was dropped. */
async function dropped({ dataTransfer }: DragEvent): Promise<File[] | FileSystemDirectoryHandle> {
  const files = [...dataTransfer!.files];
  const [item] = dataTransfer!.items as unknown as Iterable<{
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }>;
  const handle = await item?.getAsFileSystemHandle?.().catch(() => null);
  return handle?.kind === 'directory' ? (handle as FileSystemDirectoryHandle) : files;
}

const CURVES = [
  { name: 'training loss', key: 'loss', color: '#7d8790' },
  { name: 'validation loss', key: 'val_loss', color: '#d08700' },
  { name: 'training accuracy', key: 'acc', color: '#3f7fc1' },
  { name: 'validation accuracy', key: 'val_acc', color: '#17a2a2' },
] as const;

function drawCurves(canvas: HTMLCanvasElement, legend: HTMLElement, epochs: readonly Epoch[]): void {
  const lines = CURVES.map(({ name, key, color }): Line => {
    const points = epochs.flatMap((logs, i) => (logs ? [[i + 1, logs[key]] as const] : []));
    return { name, color, points };
  });
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, y]) => y)));
  drawLines(canvas, lines, { x: [1, Math.max(2, epochs.length)], y: [0, most] });
  const { val_acc: accuracy, loss } = epochs.at(-1)!;
  canvas.ariaLabel = `${epochs.length} epochs: training loss ${loss.toFixed(3)}, validation accuracy ${percent(accuracy)}`;
  if (legend.childElementCount === 0) showLegend(legend, lines);
}
