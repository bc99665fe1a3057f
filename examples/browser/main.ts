import { type ModelName, listModels } from 'fer-cnn';
import { createTracker, type FrameClassifier, type TrackedFace } from 'fer-cnn/faces';
import sample from '../pictures/portraits.jpg?url';
import { type BackendName, BACKENDS, isOffered } from './backends';
import { choices, element } from './dom';
import { Engine, type Source, sizeOf, type Spot } from './engine';
import { Faces } from './faces';
import { Heat } from './heat';
import { onPicture } from './pictures';
import { Resting } from './resting';
import { Results } from './results';
import type { Shown } from './shown';
import { Stage } from './stage';

const engine = new Engine();
const results = new Results();
const resting = new Resting(engine, act);
const stage = new Stage(() => void attempt(look));
const heat = new Heat(engine, () => showFaces(shown));
const frames = new Faces((id) => {
  chosen = id;
  showFaces(shown);
});
const model = choices('model', listModels(), 'compact');
const backend = choices('backend', BACKENDS, 'wasm');
const find = element('find', HTMLInputElement);
const camera = element('camera', HTMLButtonElement);
const found = element('found', HTMLParagraphElement);
const speed = element('speed', HTMLParagraphElement);
const problem = element('problem', HTMLParagraphElement);
const loading = element('loading', HTMLProgressElement);

let isByHand = false; // whether the frame replaces the detector
let shown: readonly TrackedFace[] = [];
let chosen = 0; // the face whose bars are shown
let turn = 0; // counts images, so that faces found in one are not shown for the next one
let current: { backend: BackendName; model: ModelName } | undefined;

const faces: FrameClassifier = {
  classify: (source, options) =>
    isByHand
      ? engine.classify(source as Source, stage.box)
      : engine.findFaces(source as Source, options, resting.baseline),
};
const still = createTracker(faces, { smoothing: 0, hysteresis: 0, detectEvery: 1 }); // drops frames while one is moved quickly
const live = createTracker(faces);

/** Does something, and shows what went wrong. */
async function attempt(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** Does what somebody asked for. */
function act(action: () => Promise<unknown>): Promise<void> {
  problem.textContent = '';
  return attempt(action);
}

const say = (text: string) => {
  if (found.textContent !== text) found.textContent = text; // a screen reader reads out what changes
};

function frameByHand(isFramed: boolean, why: string): void {
  isByHand = isFramed;
  stage.isFramedByHand = isFramed;
  say(why);
}

function clear(headline: string): void {
  shown = [];
  frames.clear();
  heat.hide();
  results.clear(headline);
  if (current) speed.textContent = `Ready on ${current.backend}`; // the speed of what was shown before says nothing now
}

/** Looks at a new image, or at the same one in another way: with the detector, or inside the frame. */
async function begin(): Promise<void> {
  turn++;
  clear('Looking …');
  frameByHand(!find.checked, find.checked ? 'Looking for faces …' : '');
  resting.offer(stage.isCamera && !isByHand ? stage.video : undefined);
  if (stage.isLive) return follow();
  await look();
  await measure();
}

/** Classifies the image, unless the webcam or a video is running. */
async function look(): Promise<void> {
  if (stage.isEmpty || stage.isLive || !current) return;
  const mine = turn;
  const faces = await still.update(stage.source);
  if (!faces || mine !== turn) return;
  if (faces.length > 0) return showFaces(faces);
  if (stage.isCrop) {
    frameByHand(true, 'No face found in this small image: all of it is taken as the face.');
    return look();
  }
  frameByHand(true, 'No face found. Put the frame around one.');
  clear('No face found');
}

function showFaces(faces: readonly TrackedFace[]): void {
  shown = faces;
  const i = Math.max(
    0,
    faces.findIndex(({ id }) => id === chosen),
  );
  const face = faces[i];
  if (stage.isEmpty) return;
  if (!face) {
    clear('No face');
    return say('No face in view.');
  }
  chosen = face.id;
  const isOnly = faces.length === 1;
  if (isByHand) {
    frames.clear();
    if (!stage.isCrop) say('');
  } else {
    frames.show(faces, chosen, sizeOf(stage.source));
    say(isOnly ? 'One face found.' : `${faces.length} faces found. Choose one by its frame.`);
  }
  results.show(face, isOnly ? 'The face' : `Face ${i + 1} of ${faces.length}`);
  if (current) {
    const { isCorrected } = resting;
    const { source, isLive } = stage;
    const detail: Shown = { faces, index: i, source, isLive, isByHand, isCorrected, ...current };
    document.dispatchEvent(new CustomEvent('shown', { detail }));
  }
  void attempt(() => heat.show({ source: stage.source, spot: spotOf(face), className: face.className }));
}

const spotOf = ({ box, landmarks }: TrackedFace): Spot => (isByHand ? { box, margin: 0 } : { box, landmarks });

const showSpeed = (rate: number, what = '') => {
  speed.textContent = `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} frames per second on ${current?.backend}${what}`;
};

/** Shows how fast the chosen face of an image is classified. */
async function measure(): Promise<void> {
  const face = shown.find(({ id }) => id === chosen);
  if (face && !stage.isEmpty && !stage.isLive) showSpeed(await engine.measure(stage.source, spotOf(face)));
}

/** Classifies the webcam or a video until it is stopped. */
async function follow(): Promise<void> {
  const times: number[] = [];
  await live.start(stage.video, (faces) => {
    showFaces(faces);
    times.push(performance.now());
    if (times.length > 20) times.shift();
    const rate = (1000 * (times.length - 1)) / (times.at(-1)! - times[0]!);
    if (times.length > 1) showSpeed(rate, isByHand ? '' : ', face detection included');
  });
}

function stop(): void {
  turn++;
  live.stop();
  stage.stop();
  resting.offer(undefined);
  camera.textContent = 'Use the webcam';
  clear('No image yet');
  say('');
}

/** Switches the webcam or a video off, for instance because nobody sees it any more. */
export function rest(): void {
  if (stage.isLive) stop();
}

async function showFile(file: Blob): Promise<void> {
  stop();
  clear('Opening …');
  const isVideo = file.type.startsWith('video/');
  const isShown = await stage[isVideo ? 'showVideo' : 'showPicture'](file).catch(() => {
    clear('No image yet');
    throw new Error(`This file is not ${isVideo ? 'a video' : 'an image'} that the browser can read.`);
  });
  if (!isShown) return;
  if (isVideo) camera.textContent = 'Stop the video';
  await begin();
}

async function toggleCamera(): Promise<void> {
  const isOn = stage.isLive;
  stop();
  if (isOn) return;
  const isShown = await stage.showCamera().catch((cause: unknown) => {
    throw new Error('The webcam cannot be used: there is none, or this page may not use it.', { cause });
  });
  if (!isShown) return;
  camera.textContent = 'Stop the webcam';
  await begin();
}

/** Loads the chosen model on the chosen backend; restores the previous ones if that fails. */
async function choose(): Promise<void> {
  const before = current;
  const wanted = { backend: backend.value as BackendName, model: model.value as ModelName };
  speed.textContent = `Loading ${wanted.model} on ${wanted.backend} …`;
  loading.hidden = false;
  live.stop();
  if (wanted.model !== before?.model) resting.forget();
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
    loading.hidden = true;
    if (stage.isLive) void attempt(follow);
  }
  speed.textContent = `Ready on ${wanted.backend}`;
  await look();
  await measure();
}

onPicture((picture) => void act(() => showFile(picture)));
camera.addEventListener('click', () => void act(toggleCamera));
element('sample', HTMLButtonElement).addEventListener('click', () => {
  void act(async () => showFile(await (await fetch(sample)).blob()));
});
find.addEventListener('change', () => {
  live.stop();
  if (!stage.isEmpty) void act(begin);
});
let choosing = act(choose);
for (const select of [model, backend]) {
  select.addEventListener('change', () => {
    choosing = choosing.then(() => act(choose));
  });
}
for (const option of backend.options) {
  void attempt(async () => {
    option.disabled = !(await isOffered(option.value as BackendName));
    if (option.disabled) option.text += ' (not in this browser)';
  });
}
