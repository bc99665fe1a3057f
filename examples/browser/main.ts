import { BUNDLED_MODELS, type BundledModel, DEFAULT_MODEL } from 'fer-cnn';
import { createTracker, type FrameClassifier } from 'fer-cnn/faces';
import sample from '../pictures/collins.png?url';
import { type BackendName, BACKENDS } from './backends';
import { choices, element } from './dom';
import { Engine, type Source } from './engine';
import { Results } from './results';
import { Stage } from './stage';

const engine = new Engine();
const results = new Results();
const stage = new Stage(() => void attempt(look));
const model = choices('model', BUNDLED_MODELS, DEFAULT_MODEL);
const backend = choices('backend', BACKENDS, 'wasm');
const heatMap = element('heat-map', HTMLInputElement);
const camera = element('camera', HTMLButtonElement);
const speed = element('speed', HTMLParagraphElement);
const problem = element('problem', HTMLParagraphElement);

/** The frame is the face: what a detector would do elsewhere. */
const inFrame: FrameClassifier = {
  async classify(source) {
    const { box } = stage;
    return [{ box, predictions: await engine.classify(source as Source, box) }];
  },
};
const still = createTracker(inFrame, { smoothing: 0, hysteresis: 0 }); // drops frames while one is moved quickly
const live = createTracker(inFrame, { minOverlap: 0.05 });

/** Does something, and shows what went wrong. */
async function attempt(action: () => Promise<unknown>): Promise<void> {
  problem.textContent = '';
  try {
    await action();
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** Classifies the picture, or leaves it to the running webcam. */
async function look(): Promise<void> {
  if (stage.isEmpty || stage.isLive || !current) return;
  const [face] = (await still.update(stage.source)) ?? [];
  if (!face || stage.isLive) return;
  results.show(face.className, face.predictions);
  await showHeat(face.className);
}

let isExplaining = false;

async function showHeat(className: string): Promise<void> {
  if (!heatMap.checked) return results.hideHeat();
  if (isExplaining) return;
  isExplaining = true;
  try {
    const overlay = await engine.explain(stage.source, stage.box, className);
    if (heatMap.checked && !stage.isEmpty) results.showHeat(overlay);
  } finally {
    isExplaining = false;
  }
}

const showSpeed = (rate: number) => {
  speed.textContent = `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} frames per second on ${current?.backend}`;
};

async function measure(): Promise<void> {
  if (!stage.isEmpty && !stage.isLive) showSpeed(await engine.measure(stage.source, stage.box));
}

/** Classifies the webcam until it is switched off. */
async function follow(): Promise<void> {
  const times: number[] = [];
  await live.start(stage.video, ([face]) => {
    if (!face) return;
    results.show(face.className, face.predictions);
    void attempt(() => showHeat(face.className));
    times.push(performance.now());
    if (times.length > 20) times.shift();
    if (times.length > 1) showSpeed((1000 * (times.length - 1)) / (times.at(-1)! - times[0]!));
  });
}

function stopCamera(): void {
  live.stop();
  stage.stopCamera();
  camera.setAttribute('aria-pressed', 'false');
}

async function showPicture(file: Blob): Promise<void> {
  stopCamera();
  results.clear();
  await stage.showPicture(file).catch(() => {
    throw new Error('This file is no picture that the browser can read.');
  });
  await measure();
}

async function toggleCamera(): Promise<void> {
  const isOn = stage.isLive;
  stopCamera();
  results.clear();
  if (isOn) return;
  await stage.showCamera().catch((cause: unknown) => {
    throw new Error('The webcam cannot be used: there is none, or this page may not use it.', { cause });
  });
  camera.setAttribute('aria-pressed', 'true');
  await follow();
}

let current: { backend: BackendName; model: BundledModel } | undefined;

/** Takes the chosen network to the chosen backend; goes back to those before if that fails. */
async function choose(): Promise<void> {
  const before = current;
  const wanted = { backend: backend.value as BackendName, model: model.value as BundledModel };
  speed.textContent = `Loading ${wanted.model} on ${wanted.backend} …`;
  live.stop();
  current = undefined;
  try {
    await engine.use(wanted.backend, wanted.model);
    current = wanted;
  } catch (error) {
    if (before) {
      [backend.value, model.value] = [before.backend, before.model];
      await engine.use(before.backend, before.model);
      current = before;
      speed.textContent = `On ${before.backend} again`;
    }
    throw error;
  } finally {
    if (stage.isLive) void attempt(follow);
  }
  speed.textContent = `Ready on ${wanted.backend}`;
  await look();
  await measure();
}

const picked = (files: FileList | null | undefined) => {
  const file = files?.[0];
  if (file) void attempt(() => showPicture(file));
};

const file = element('file', HTMLInputElement);
file.addEventListener('change', () => {
  picked(file.files);
  file.value = ''; // so that the same file can be picked again
});
document.addEventListener('paste', (event) => picked(event.clipboardData?.files));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  picked(event.dataTransfer?.files);
});
camera.addEventListener('click', () => void attempt(toggleCamera));
element('sample', HTMLButtonElement).addEventListener('click', () => {
  void attempt(async () => showPicture(await (await fetch(sample)).blob()));
});
heatMap.addEventListener('change', () => {
  if (!heatMap.checked) results.hideHeat();
  void attempt(look);
});
let choosing: Promise<void> = attempt(choose);
for (const select of [model, backend]) {
  select.addEventListener('change', () => {
    choosing = choosing.then(() => attempt(choose));
  });
}
