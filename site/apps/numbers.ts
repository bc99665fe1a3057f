import * as tf from '@tensorflow/tfjs-core';
import { createModel, Dataset, loadClassifier, train } from 'fer-cnn';
import { createFaceClassifier } from 'fer-cnn/faces';
import { type BackendName, BACKENDS, isOffered, useBackend } from '../../examples/browser/backends';
import { html, messageOf } from './html';

declare const siteBase: string;

const COLUMNS = ['One face', '64 faces', 'A photo, one face', 'Training step, 8 images'];
const ROUNDS = 9; // at most, of which the median counts
const TIME = 3000; // ms for all rounds of a task
const PATIENCE = 20_000; // ms for a backend, after which no further task is begun
const SIDE = 48;

type Task = () => Promise<unknown>;

/** Median time in ms. The first run, which compiles and loads, does not count unless it alone takes longer than all may. */
async function time(task: Task): Promise<number> {
  const times: number[] = [];
  const start = performance.now();
  while (times.length <= ROUNDS && performance.now() - start < TIME) {
    const begin = performance.now();
    await task();
    times.push(performance.now() - begin);
  }
  const counted = (times.length > 1 ? times.slice(1) : times).sort((a, b) => a - b);
  return counted[Math.floor(counted.length / 2)]!;
}

/** Made-up gray faces: what is on an image does not change how long it takes. */
function madeUp(count: number): Dataset {
  const images = Uint8Array.from({ length: count * SIDE * SIDE }, (_, i) => (i * 37) % 251);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 7);
  const parts = { images, labels, splits: new Uint8Array(count), rows: Uint32Array.from(labels.keys()) };
  return new Dataset({ ...parts, height: SIDE, width: SIDE });
}

/** Seconds of a step, as the epochs of one step say it. */
async function trainingStep(): Promise<number> {
  const model = createModel('compact');
  try {
    const { history } = await train(model, madeUp(8), { epochs: 3, batchSize: 8 });
    return 1000 * Math.min(...history.map(({ seconds }) => seconds));
  } finally {
    model.dispose();
  }
}

/** The times of all tasks; undefined for those that a slow backend does not come to. */
async function measure(backend: BackendName, photo: ImageBitmap): Promise<(number | undefined)[]> {
  await useBackend(backend);
  const classifier = await loadClassifier('compact');
  const many = madeUp(64).toTensors();
  const faces = createFaceClassifier({ classifier });
  const one = {
    data: new Uint8Array(SIDE * SIDE).map((_, i) => i % 251),
    width: SIDE,
    height: SIDE,
    channels: 1,
  } as const;
  try {
    const tasks = [
      () => time(() => classifier.classify(one)),
      () => time(() => classifier.probabilities(many.xs as tf.Tensor4D)),
      () => time(() => faces.classify(photo)),
      trainingStep,
    ];
    const start = performance.now();
    const times: (number | undefined)[] = [];
    for (const task of tasks) times.push(performance.now() - start < PATIENCE ? await task() : undefined);
    return times;
  } finally {
    classifier.dispose();
    tf.dispose([many.xs, many.ys]);
  }
}

const digits = (ms: number | undefined) =>
  ms === undefined ? 'too slow' : `${Number(ms.toPrecision(3)).toLocaleString('en-US')} ms`;

/** Whether WebGL is drawn by the processor, so that its times say nothing about it, and are long. */
function isSoftware(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  const names = context?.getExtension('WEBGL_debug_renderer_info');
  return (
    names != null && /swiftshader|llvmpipe|software/i.test(String(context!.getParameter(names.UNMASKED_RENDERER_WEBGL)))
  );
}

/** One button, and a table that fills. */
export async function mount(root: HTMLElement): Promise<void> {
  const { choices, start, copy, body, status } = html(
    root,
    `<div class="panel">
      <div class="row" data-as="choices" role="group" aria-label="Backends"></div>
      <div class="row">
        <button type="button" data-as="start">Measure</button>
        <button type="button" data-as="copy" disabled>Copy the table</button>
      </div>
      <p role="status" data-as="status"></p>
      <div class="scroll" tabindex="0" role="region" aria-label="Results"><table>
        <thead><tr>${['Backend', ...COLUMNS].map((title) => `<th scope="col">${title}</th>`).join('')}</tr></thead>
        <tbody data-as="body"></tbody>
      </table></div>
    </div>`,
  );
  const boxes = new Map<BackendName, HTMLInputElement>();
  for (const name of BACKENDS) {
    if (!(await isOffered(name))) continue;
    const isSlow = name === 'webgl' && isSoftware();
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: !isSlow, name });
    const label = document.createElement('label');
    label.append(box, isSlow ? `${name} (without a graphics card: slow)` : name);
    choices!.append(label);
    boxes.set(name, box);
  }
  const rows: string[][] = [];
  (start as HTMLButtonElement).addEventListener('click', async () => {
    (start as HTMLButtonElement).disabled = true;
    rows.length = 0;
    body!.replaceChildren();
    const photo = await createImageBitmap(await (await fetch(`${siteBase}pictures/astronaut.jpg`)).blob());
    for (const [name, box] of boxes) {
      if (!box.checked) continue;
      status!.textContent = `Measuring ${name} …`;
      const cells = await measure(name, photo).then(
        (times) => times.map(digits),
        (error: unknown) => [messageOf(error)],
      );
      rows.push([name, ...cells]);
      const row = document.createElement('tr');
      for (const [i, text] of [name, ...cells].entries()) {
        row.append(Object.assign(document.createElement(i === 0 ? 'th' : 'td'), { textContent: text }));
      }
      body!.append(row);
    }
    photo.close();
    status!.textContent = 'Done. Other programs on this device make the numbers larger.';
    (start as HTMLButtonElement).disabled = false;
    (copy as HTMLButtonElement).disabled = false;
  });
  copy!.addEventListener('click', async () => {
    const lines = [['Backend', ...COLUMNS], ['---', ...COLUMNS.map(() => '--:')], ...rows];
    const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    const where = `fer-cnn, compact model, ${new Date().toISOString().slice(0, 10)}, ${navigator.hardwareConcurrency} cores, ${navigator.userAgent}`;
    status!.textContent = await navigator.clipboard.writeText(`${where}\n\n${table}\n`).then(
      () => 'Copied.',
      () => 'The browser does not allow to copy. Select the table instead.',
    );
  });
}
