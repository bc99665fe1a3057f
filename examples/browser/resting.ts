import { EMOTIONS } from 'fer-cnn';
import { type FaceBaseline, measureBaseline } from 'fer-cnn/faces';
import { element } from './dom';
import type { Engine, Source } from './engine';
import { Neutral } from './neutral';

const HINT =
  'Your neutral face is taken for something else? Press the button, and look into the camera for three seconds without any expression.';

/** The resting face of the person at the webcam, once it was measured: it says how to correct what is seen there. */
export class Resting {
  readonly #engine: Engine;
  readonly #part = element('resting', HTMLDivElement);
  readonly #neutral: Neutral;
  #video: HTMLVideoElement | undefined;
  #baseline: FaceBaseline | undefined;
  #measuring: AbortController | undefined;

  /** @param act Does what somebody asked for, and shows what went wrong. */
  constructor(engine: Engine, act: (action: () => Promise<void>) => Promise<void>) {
    this.#engine = engine;
    const button = element('neutral', HTMLButtonElement);
    const status = element('neutral-status', HTMLParagraphElement);
    this.#neutral = new Neutral({ button, status, hint: HINT }, this, act, EMOTIONS);
  }

  /** What corrects the faces; undefined if nothing does. */
  get baseline(): FaceBaseline | undefined {
    return this.#baseline;
  }

  get isCorrected(): boolean {
    return this.#baseline !== undefined;
  }

  get isLive(): boolean {
    return this.#video !== undefined;
  }

  /** Offers to measure the face in a video, or nothing. Whoever sits there may be another person: what was measured is forgotten. */
  offer(video: HTMLVideoElement | undefined): void {
    this.#video = video;
    this.#part.hidden = !video;
    this.forget();
  }

  /** Corrects nothing any more. */
  forget(): void {
    this.#measuring?.abort();
    this.#baseline = undefined;
    this.#neutral.show();
  }

  /** Watches the largest face for three seconds, and corrects by it from then on. */
  async measure(className: string, onProgress: (share: number) => void): Promise<void> {
    this.forget();
    const { signal } = (this.#measuring = new AbortController());
    const classifier = { classify: (frame: unknown) => this.#engine.findFaces(frame as Source) };
    try {
      this.#baseline = await measureBaseline(this.#video!, { classifier, className, onProgress, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
