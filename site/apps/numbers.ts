import { type BackendName, BACKENDS, isOffered } from '../../examples/browser/backends';
import { html, messageOf } from './html';
import type { Measured, Order, TaskName } from './numbers-messages';

declare const siteBase: string;

const TASKS: readonly [name: TaskName, title: string][] = [
  ['face', 'One face'],
  ['faces', '64 faces'],
  ['photo', 'A photo, one face'],
  ['step', 'Training step, 8 images'],
];
const COLUMNS = TASKS.map(([, title]) => title);
const TOO_SLOW = 'too slow';
const PATIENCE = 30_000; // ms for a task, loading included

/** Measures a task in a worker of its own, which can be ended at any time: a slow backend may compute for minutes without a break. */
function measure(order: Order, signal: AbortSignal): Promise<string> {
  const worker = new Worker(new URL('./numbers-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<string>((resolve) => {
    setTimeout(() => resolve(TOO_SLOW), PATIENCE);
    signal.addEventListener('abort', () => resolve('stopped'));
    worker.addEventListener('error', ({ message }) => resolve(message || 'The worker did not start.'));
    worker.addEventListener('message', ({ data }: MessageEvent<Measured>) =>
      resolve('ms' in data ? digits(data.ms) : data.problem),
    );
    worker.postMessage(order);
  }).finally(() => worker.terminate());
}

const digits = (ms: number) => `${Number(ms.toPrecision(3)).toLocaleString('en-US')} ms`;

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
  const { choices, body, status, ...buttons } = html(
    root,
    `<div class="panel">
      <div class="row" data-as="choices" role="group" aria-label="Backends"></div>
      <div class="row">
        <button type="button" data-as="start">Measure</button>
        <button type="button" data-as="stop" disabled>Stop</button>
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
  const { start, stop, copy } = buttons as Record<string, HTMLButtonElement>;
  const rows: string[][] = [];
  let stopping = new AbortController();
  const setRunning = (isRunning: boolean) => {
    start!.disabled = isRunning;
    stop!.disabled = !isRunning;
    copy!.disabled = isRunning || rows.length === 0;
  };
  const add = (row: HTMLTableRowElement, text: string, kind: 'th' | 'td') =>
    row.append(Object.assign(document.createElement(kind), { textContent: text }));
  const run = async ({ signal }: AbortController) => {
    const photo = await createImageBitmap(await (await fetch(`${siteBase}pictures/astronaut.jpg`)).blob());
    for (const [backend, box] of boxes) {
      if (!box.checked || signal.aborted) continue;
      const row = body!.appendChild(document.createElement('tr'));
      const cells: string[] = [backend];
      rows.push(cells);
      add(row, backend, 'th');
      for (const [task, title] of TASKS) {
        if (signal.aborted) break;
        status!.textContent = `Measuring ${backend}: ${title.toLowerCase()} …`;
        const isHopeless = cells[1] === TOO_SLOW; // one face already took too long
        const text = isHopeless ? TOO_SLOW : await measure({ backend, task, photo }, signal);
        cells.push(text);
        add(row, text, 'td');
      }
    }
    photo.close();
    status!.textContent = signal.aborted ? 'Stopped.' : 'Done. Other programs on this device make the numbers larger.';
  };
  start!.addEventListener('click', async () => {
    rows.length = 0;
    body!.replaceChildren();
    setRunning(true);
    await run((stopping = new AbortController())).catch((error: unknown) => (status!.textContent = messageOf(error)));
    setRunning(false);
  });
  stop!.addEventListener('click', () => stopping.abort());
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
