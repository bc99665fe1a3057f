import type { Classifier, Prediction } from 'fer-cnn';
import {
  createFaceClassifier,
  createTracker,
  type FaceBaseline,
  type FaceDetector,
  measureBaseline,
  type TrackedFace,
  type Tracker,
} from 'fer-cnn/faces';
import type { Part } from '../dom';

/** What a face is taken for: all classes, and the one that is shown. */
export interface Seen {
  readonly predictions: readonly Prediction[];
  readonly className: string;
}

/** Shows the webcam or an image, and asks the newest classifier about the largest face in it. */
export class Trial {
  readonly video: HTMLVideoElement;
  readonly #still: HTMLCanvasElement;
  readonly #stage: HTMLElement;
  readonly #see: (seen: Seen | undefined) => void;
  readonly #fail: (error: unknown) => void;
  #classifier: Classifier | undefined;
  #detector: FaceDetector | undefined;
  #tracker: Tracker | undefined;
  #baseline: FaceBaseline | undefined;
  #measuring: AbortController | undefined;
  #isPaused = false;
  #turn = 0;
  #opening = 0; // counts what was to be shown: the last that was asked for is, not the last that was ready
  #last: Promise<unknown> = Promise.resolve(); // whatever uses a classifier

  /** @param see Is told of each frame; of `undefined` if there is no face. @param fail Is told what went wrong. */
  constructor(part: Part, see: (seen: Seen | undefined) => void, fail: (error: unknown) => void) {
    this.video = part('video', HTMLVideoElement);
    this.#still = part('still', HTMLCanvasElement);
    this.#stage = part('stage', HTMLDivElement);
    this.#see = see;
    this.#fail = fail;
  }

  /** Whether the webcam is on. */
  get isLive(): boolean {
    return this.video.srcObject !== null;
  }

  /** Switches the webcam on. */
  async start(): Promise<void> {
    const mine = ++this.#opening;
    const wanted = { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
    if (mine !== this.#opening) return end(stream);
    this.video.srcObject = stream;
    await this.video.play();
    this.#show(this.video.videoWidth, this.video.videoHeight);
  }

  /** Switches the webcam off. */
  stop(): void {
    this.#opening++;
    const { srcObject } = this.video;
    if (srcObject instanceof MediaStream) end(srcObject);
    this.video.srcObject = null;
    this.#measuring?.abort();
    this.#stage.setAttribute('data-empty', '');
    this.#look();
  }

  /** Shows an image in place of the webcam. */
  async try(file: Blob): Promise<void> {
    const mine = ++this.#opening;
    const bitmap = await createImageBitmap(file);
    if (mine !== this.#opening) return bitmap.close();
    this.stop();
    Object.assign(this.#still, { width: bitmap.width, height: bitmap.height });
    this.#still.getContext('2d', { willReadFrequently: true })!.drawImage(bitmap, 0, 0);
    bitmap.close();
    this.#show(this.#still.width, this.#still.height);
  }

  /** Takes another classifier, which it owns from then on, or none. */
  use(classifier: Classifier | undefined, detector?: FaceDetector): void {
    const before = this.#classifier;
    this.#classifier = classifier;
    this.#detector = detector;
    this.#measuring?.abort();
    this.#baseline = undefined; // it was that of the classifier before
    this.#look(before);
  }

  /** Whether what is seen is corrected by a resting face. */
  get isCorrected(): boolean {
    return this.#baseline !== undefined;
  }

  /**
   * Watches the webcam for some seconds, and corrects by the resting face that it shows.
   *
   * @param className What the face should be taken for.
   * @param onProgress Is told the share of the time that is over.
   */
  async measure(className: string, onProgress: (share: number) => void): Promise<void> {
    if (this.#measuring) return;
    const { signal } = (this.#measuring = new AbortController());
    this.#look();
    const watch = async () => {
      if (signal.aborted) return;
      const classifier = createFaceClassifier({ classifier: this.#classifier, detector: this.#detector });
      this.#baseline = await measureBaseline(this.video, { classifier, className, onProgress, signal });
    };
    const measured = this.#last.then(watch);
    this.#last = measured.catch(() => undefined);
    try {
      await measured;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#measuring = undefined;
      this.#look();
    }
  }

  /** Corrects nothing any more. */
  forget(): void {
    this.#baseline = undefined;
    this.#look();
  }

  /** Whether nothing is asked for now, for instance because the device is busy with recording. */
  set isPaused(isPaused: boolean) {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#look();
  }

  get #isEmpty(): boolean {
    return this.#stage.hasAttribute('data-empty');
  }

  #show(width: number, height: number): void {
    this.video.hidden = !this.isLive;
    this.#still.hidden = this.isLive;
    this.#stage.style.setProperty('--ratio', `${width / height}`);
    this.#stage.toggleAttribute('data-mirrored', this.isLive);
    this.#stage.removeAttribute('data-empty');
    this.#look();
  }

  /** Ends what is under way, frees a classifier that is not needed any more, and begins again. */
  #look(before?: Classifier): void {
    const mine = ++this.#turn;
    this.#tracker?.dispose();
    this.#tracker = undefined;
    const look = async () => {
      before?.dispose();
      const [classifier, detector] = [this.#classifier, this.#detector];
      if (mine !== this.#turn || this.#isPaused || this.#measuring || !classifier || this.#isEmpty) return;
      const faces = createFaceClassifier({ classifier, detector, baseline: this.#baseline });
      if (this.isLive) {
        const tracker = (this.#tracker = createTracker(faces));
        await tracker.start(this.video, (all) => this.#see(largest(all)));
      } else {
        const [face] = await faces.classify(this.#still);
        if (mine === this.#turn) this.#see(face && { ...face, className: face.predictions[0]!.className });
      }
    };
    this.#last = this.#last.then(look).catch((error: unknown) => {
      if (mine === this.#turn) this.#fail(error);
    });
  }
}

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function largest(faces: readonly TrackedFace[]): TrackedFace | undefined {
  const area = ({ box }: TrackedFace) => (box ? box.width * box.height : 0);
  return faces.reduce<TrackedFace | undefined>(
    (best, face) => (best && area(best) >= area(face) ? best : face),
    undefined,
  );
}
