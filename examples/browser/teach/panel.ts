import { saveModel } from 'fer-cnn';
import { fill } from '../dom';
import { Neutral } from '../neutral';
import { type CardActions, ClassCard } from './class-card';
import { type Learned, Lesson } from './lesson';
import { MARKUP } from './markup';
import { Outcome } from './outcome';
import { Settings } from './settings';
import { download, NAME } from './take-away';
import { Trial } from './trial';

export const title = 'Teach';

const FIRST = ['bored', 'engaged'];
const LONGEST = 30; // seconds of one take

/**
 * Fills an element with the panel that teaches own expressions. What it needs is loaded with the first sample.
 *
 * @returns A function that switches the webcam off, for instance because nobody sees it any more.
 */
export function mount(root: HTMLElement): () => void {
  root.classList.add('teach');
  const part = fill(root, MARKUP);
  const list = part('cards', HTMLUListElement);
  const problem = part('problem', HTMLParagraphElement);
  const camera = part('camera', HTMLButtonElement);
  const another = part('another', HTMLButtonElement);
  const saveSamples = part('save-samples', HTMLButtonElement);
  const lesson = new Lesson();
  const outcome = new Outcome(part);
  const settings = new Settings(part, () => void act(learn));
  const trial = new Trial(part, (seen) => outcome.see(seen), fail);
  const restingFace = {
    button: part('neutral', HTMLButtonElement),
    status: part('neutral-status', HTMLParagraphElement),
    hint: 'Your neutral face is taken for something else? With the webcam on, and “neutral” or the seven emotions among the expressions, it can be measured.',
  };
  const neutral = new Neutral(restingFace, trial, act);
  let cards: ClassCard[] = [];
  let learned: Learned;
  let isRecording = false;

  function fail(error: unknown): void {
    problem.textContent = error instanceof Error ? error.message : String(error);
  }

  /** Does what somebody asked for, and shows what went wrong. */
  async function act(action: () => unknown): Promise<void> {
    problem.textContent = '';
    try {
      await action();
    } catch (error) {
      fail(error);
    }
  }

  /** Shows the samples and learns from them. */
  async function learn(): Promise<void> {
    for (const card of cards) card.show(lesson.samplesOf(card.name));
    saveSamples.disabled = lesson.classNames.length === 0;
    outcome.advise(lesson.advice);
    outcome.progress(0);
    const onProgress = (fraction: number) => outcome.progress(fraction);
    const result = await lesson.learn({ ...settings.options, onProgress }).catch(fail);
    if (result === 'replaced') return;
    learned = result ?? undefined;
    outcome.progress(undefined);
    outcome.show(learned);
    trial.use(learned?.classifier, learned?.detector);
    neutral.show(learned?.classifier.card.classNames ?? []);
  }

  const actions: CardActions = {
    async record(card, released) {
      if (isRecording) return;
      trial.isPaused = isRecording = true;
      await act(async () => {
        card.say('Getting ready …');
        const teacher = await lesson.teacher();
        const onProgress = (samples: number) => card.say(`Recording: ${samples}`);
        await teacher.record(card.name, trial.video, { seconds: LONGEST, finish: released, onProgress });
      });
      trial.isPaused = isRecording = false;
      await learn();
    },
    async add(card, files) {
      await act(async () => {
        card.say('Looking for faces …');
        const onProgress = (done: number) => card.say(`Looking for faces: ${done} of ${files.length}`);
        const { withoutFace } = await (await lesson.teacher()).add(card.name, files, { onProgress });
        if (withoutFace > 0) fail(`Without a face, and left out: ${withoutFace} of ${files.length} images.`);
      });
      await learn();
    },
    rename(card, name) {
      if (cards.some((other) => other.name === name)) {
        fail(`There is an expression “${name}” already.`);
        return;
      }
      lesson.rename(card.name, name);
      card.name = name;
      void act(learn);
    },
    remove(card) {
      lesson.clear(card.name);
      cards = cards.filter((other) => other !== card);
      card.element.remove();
      another.focus();
      void act(learn);
    },
    delete(id) {
      lesson.delete(id);
      void act(learn);
    },
  };

  function addCard(name: string): ClassCard {
    const card = new ClassCard(name, actions);
    card.canRecord = trial.isLive;
    card.show(lesson.samplesOf(name));
    cards.push(card);
    list.append(card.element);
    return card;
  }

  function showCamera(): void {
    camera.textContent = trial.isLive ? 'Stop the webcam' : 'Use the webcam';
    for (const card of cards) card.canRecord = trial.isLive;
    neutral.show();
  }

  async function toggleCamera(): Promise<void> {
    if (trial.isLive) trial.stop();
    else {
      await trial.start().catch((cause: unknown) => {
        throw new Error('The webcam cannot be used: there is none, or this page may not use it.', { cause });
      });
    }
    showCamera();
  }

  async function tryImage(file: File): Promise<void> {
    await trial.try(file).catch(() => {
      throw new Error('This file is not an image that the browser can read.');
    });
    showCamera();
  }

  async function loadSamples(file: File): Promise<void> {
    await lesson.load(await file.text());
    for (const { element } of cards) element.remove();
    cards = [];
    for (const name of lesson.classNames) addCard(name);
    await learn();
  }

  /** Calls back with the file that somebody chooses. */
  function onFile(name: string, take: (file: File) => Promise<void>): void {
    const input = part(name, HTMLInputElement);
    input.addEventListener('change', () => {
      const [file] = input.files!;
      input.value = ''; // so that the same file can be chosen again
      if (file) void act(() => take(file));
    });
  }

  onFile('image', tryImage);
  onFile('load', loadSamples);
  camera.addEventListener('click', () => void act(toggleCamera));
  another.addEventListener('click', () => {
    const numbers = Array.from({ length: cards.length + 1 }, (_, i) => `expression ${i + 1}`);
    addCard(numbers.find((name) => !cards.some((card) => card.name === name))!).edit();
  });
  part('save-model', HTMLButtonElement).addEventListener('click', () => {
    const { model, card } = learned!.classifier;
    void act(() => saveModel(`downloads://${NAME}`, model, { card }));
  });
  saveSamples.addEventListener('click', () => {
    void act(async () => download(await (await lesson.teacher()).serialize(), `${NAME}.samples.json`));
  });
  for (const type of ['dragover', 'drop'] as const) {
    root.addEventListener(type, (event) => {
      event.preventDefault();
      if (type === 'drop') event.stopPropagation(); // it is not for the page around
    });
  }
  for (const name of FIRST) addCard(name);
  neutral.show();
  return () => {
    if (!trial.isLive) return;
    trial.stop();
    showCamera();
  };
}
