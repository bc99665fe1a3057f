import type * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS, listModels, loadModel, type ModelName, saveModel } from 'fer-cnn';
import { type BackendName, BACKENDS, isOffered } from '../../examples/browser/backends';
import { filesOf } from './dropped';
import { download, html, messageOf } from './html';
import { drawLines, type Line, percent } from './lines';
import { confusionTable } from './confusion-table';
import { storedCheckpoint } from './stored-checkpoint';
import type { Mounted } from './studio';
import { showLegend } from './timeline';
import { atMost, imagesOf, type Parts, partsOf, readData } from './train-data';
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
    <label>Epochs <input data-as="epochs" type="number" min="1" max="500" value="5" data-suggested="5" /></label>
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
  <div class="plots" data-as="plots" hidden>
    <figure><figcaption>Loss</figcaption><canvas data-as="losses" role="img"></canvas></figure>
    <figure><figcaption>Accuracy</figcaption><canvas data-as="accuracies" role="img"></canvas></figure>
    <p class="row" data-as="legend"></p>
  </div>
  <div data-as="result"></div>
</section>`;

/** What a person sets. It is kept, so that a run can be resumed as it was begun after the page was closed. */
const SETTINGS = ['model', 'backend', 'epochs', 'batch', 'most', 'from'] as const;
const OF_A_RUN = ['model', 'batch', 'most', 'from'] as const; // what must not change when it is resumed
const KEPT = 'fer-cnn-train';

const STEPS = 300; // at least, for a model to be of any use

type Settings = Record<(typeof SETTINGS)[number], string>;

/** Trains in a worker, so that the page stays awake. */
export async function mount(root: HTMLElement): Promise<Mounted> {
  const offered = await Promise.all(BACKENDS.map(isOffered));
  const checkpoint = await storedCheckpoint.read().catch(() => undefined);
  const parts = html(root, MARKUP); // from here on everything is ready when it is seen
  const at = <T extends HTMLElement>(name: string) => parts[name] as T;
  const button = (name: string) => at<HTMLButtonElement>(name);
  const field = (name: (typeof SETTINGS)[number]) => at<HTMLInputElement | HTMLSelectElement>(name);
  const say = (name: string, text: string) => void (at(name).textContent = text);

  let data: Parts | undefined;
  let classNames: readonly string[] = [];
  let worker: Worker | undefined;
  let epochs: Epoch[] = [];
  let isRunning = false;
  let isStopped = checkpoint !== undefined; // whether there is a run to resume
  let isTrained = false;

  field('model').append(...listModels().map((name) => new Option(name)));
  field('backend').append(...BACKENDS.filter((_, i) => offered[i]).map((name) => new Option(name)));
  field('model').value = 'compact';
  const restore = (names: readonly (keyof Settings)[]) => {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Settings>;
    for (const name of names) {
      const before = field(name).value;
      field(name).value = kept[name] ?? before;
      if (field(name).value === '') field(name).value = before; // a backend that is not there any more
    }
  };
  if (isStopped) {
    restore(SETTINGS);
    say('status', 'The last run can be resumed: choose the same data again, then Resume.');
  }

  const show = () => {
    button('start').disabled = isRunning || !data;
    button('resume').disabled = isRunning || !data || !isStopped;
    button('stop').disabled = !isRunning;
    button('save').disabled = isRunning || !isTrained;
  };

  /** Few images need more epochs until the averages of batch normalization have settled; before that, validation looks like chance. */
  const suggestEpochs = () => {
    if (!data) return;
    const size = Math.min(data.training.size, Number(field('most').value));
    const steps = Math.max(1, Math.floor(size / Number(field('batch').value)));
    const suggested = String(Math.min(100, Math.max(5, Math.ceil(STEPS / steps))));
    if (field('epochs').value === field('epochs').dataset['suggested']) field('epochs').value = suggested;
    field('epochs').dataset['suggested'] = suggested;
  };
  for (const name of ['most', 'batch'] as const) field(name).addEventListener('change', suggestEpochs);

  const take = async (reading: Promise<readonly File[]>) => {
    data = undefined;
    show();
    say('problem', '');
    say('data', 'Reading …');
    try {
      const dataset = await readData(await reading);
      data = partsOf(dataset);
      classNames = dataset.classNames;
      const [count, most] = [data.training.size, data.validation.size].map((size) => size.toLocaleString('en-US'));
      suggestEpochs();
      const [first, ...others] = dataset.skipped;
      const leftOut = first
        ? ` Left out: ${first.message}${others.length > 0 ? ` And ${others.length} more.` : ''}`
        : '';
      say('data', `${count} images to train on, ${most} to validate on: ${classNames.join(', ')}.${leftOut}`);
    } catch (error) {
      say('data', 'No data yet.');
      say('problem', messageOf(error));
    }
    show();
  };

  const end = (problem?: string) => {
    isRunning = false;
    if (problem !== undefined) {
      say('status', '');
      say('problem', problem);
    }
    show();
  };

  const answer = ({ data: told }: MessageEvent<Answer>) => {
    if ('progress' in told) {
      const { epoch, epochs: all, batch, batches, loss, accuracy } = told.progress;
      const scores = `loss ${loss.toFixed(3)}, accuracy ${percent(accuracy)}`;
      say('status', `Epoch ${epoch} of ${all}, step ${batch} of ${batches}: ${scores}`);
    } else if ('logs' in told) {
      epochs[told.epoch] = told.logs;
      at('plots').hidden = false;
      drawCurves(at<HTMLCanvasElement>('losses'), at<HTMLCanvasElement>('accuracies'), at('legend'), epochs);
    } else if ('report' in told) {
      const { report } = told;
      const count = report.confusionMatrix.flat().reduce((sum, each) => sum + each, 0);
      const isShort = field('from').value === 'new' && epochs.length < Number(field('epochs').dataset['suggested']);
      const hint = isShort ? ` After so few steps that says little: train for ${field('epochs').dataset['suggested']} epochs.` : ''; // prettier-ignore
      say(
        'status',
        `${told.isStopped ? 'Stopped' : 'Done'}: ${percent(report.accuracy)} of ${count.toLocaleString('en-US')} validation images are classified correctly.${hint}`,
      );
      at('result').replaceChildren(confusionTable(report.classNames, report.confusionMatrix));
      isStopped = told.isStopped;
      isTrained = true;
      end();
    } else {
      end(told.problem);
    }
  };

  const openWorker = () => {
    const opened = new Worker(new URL('./train-worker.ts', import.meta.url), { type: 'module' });
    opened.addEventListener('message', answer);
    opened.addEventListener('error', ({ message }) => {
      opened.terminate();
      worker = undefined;
      end(message || 'The worker did not start.');
    });
    return opened;
  };

  const start = (isResumed: boolean) => {
    const { training, validation } = data!;
    if (isResumed) restore(OF_A_RUN);
    const isBundled = field('from').value === 'bundled';
    say('problem', '');
    if (isBundled && classNames.join() !== EMOTIONS.join()) {
      const remedy = 'Begin with new weights for other classes.';
      return say('problem', `The bundled weights know the seven emotions only. ${remedy}`);
    }
    for (const name of ['epochs', 'batch', 'most'] as const) if (!field(name).reportValidity()) return;
    const number = (name: (typeof SETTINGS)[number]) => Number(field(name).value);
    if (!isResumed) {
      epochs = [];
      at('plots').hidden = true;
      at('result').replaceChildren();
    }
    localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(SETTINGS.map((name) => [name, field(name).value]))));
    worker ??= openWorker();
    const order: Order = {
      start: {
        backend: field('backend').value as BackendName,
        model: field('model').value as ModelName,
        isBundled,
        epochs: number('epochs'),
        batchSize: number('batch'),
        training: imagesOf(atMost(training, number('most'))),
        validation: imagesOf(atMost(validation, number('most'))),
        isResumed,
      },
    };
    worker.postMessage(order);
    isRunning = true;
    show();
    say('status', 'Starting …');
  };

  const save = async () => {
    const saved = await loadModel(SAVED);
    const card = await saveModel({ save: downloadFiles }, saved.model, { card: saved.card });
    saved.model.dispose();
    download(new Blob([JSON.stringify(card, null, 2)]), 'card.json');
  };

  for (const name of ['file', 'folder']) {
    const input = at<HTMLInputElement>(name);
    input.addEventListener('change', () => {
      const files = [...input.files!];
      input.value = ''; // so that the same file can be chosen again
      if (files.length > 0) void take(Promise.resolve(files));
    });
  }
  const drop = (event: DragEvent) => void take(filesOf(event));
  root.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation(); // it is not for the demo
    drop(event);
  });
  for (const name of ['start', 'resume']) {
    button(name).addEventListener('click', () => {
      try {
        start(name === 'resume');
      } catch (error) {
        end(messageOf(error)); // such as a browser that stores nothing
      }
    });
  }
  button('stop').addEventListener('click', () => {
    worker?.postMessage('stop' satisfies Order);
    button('stop').disabled = true;
    say('status', 'Stopping …');
  });
  button('save').addEventListener(
    'click',
    () => void save().catch((error: unknown) => say('problem', messageOf(error))),
  );
  return { drop };
}

/** Hands out a model as the files that `loadModel` and `tf.loadLayersModel` read. */
async function downloadFiles({ weightSpecs, weightData, ...rest }: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> {
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
  download(new Blob([JSON.stringify({ ...rest, weightsManifest })]), 'model.json');
  download(new Blob([weightData as ArrayBuffer]), 'weights.bin');
  return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
}

const LINES = [
  { name: 'training', loss: 'loss', accuracy: 'acc', color: '#7d8790' },
  { name: 'validation', loss: 'val_loss', accuracy: 'val_acc', color: '#17a2a2' },
] as const;

function drawCurves(
  losses: HTMLCanvasElement,
  accuracies: HTMLCanvasElement,
  legend: HTMLElement,
  epochs: readonly Epoch[],
): void {
  const linesOf = (what: 'loss' | 'accuracy') =>
    LINES.map(({ name, color, ...keys }): Line => {
      const points = epochs.flatMap((logs, i) => (logs ? [[i + 1, logs[keys[what]]] as const] : []));
      return { name, color, points };
    });
  const x = [1, Math.max(2, epochs.length)] as const;
  const label = { x: (epoch: number) => `epoch ${epoch}` };
  const most = Math.max(...epochs.flatMap(({ loss, val_loss: held }) => [loss, held]));
  drawLines(losses, linesOf('loss'), { x, y: [0, most] }, label);
  drawLines(accuracies, linesOf('accuracy'), { x, y: [0, 1] }, { ...label, y: (share) => `${100 * share} %` });
  const { loss, val_loss: held, acc, val_acc: heldAccuracy } = epochs.at(-1)!;
  const until = `until epoch ${epochs.length}; now`;
  losses.ariaLabel = `Loss ${until} ${loss.toFixed(3)}, validation ${held.toFixed(3)}`;
  accuracies.ariaLabel = `Accuracy ${until} ${percent(acc)}, validation ${percent(heldAccuracy)}`;
  if (legend.childElementCount === 0) showLegend(legend, linesOf('loss'));
}
