import type { Box } from 'fer-cnn';
import { element } from './dom';
import { type Source, sizeOf } from './engine';
import { Frame } from './frame';

const LARGEST = 1280; // pixels of an image's longer side; the model sees 48
const CROP = 96; // an image of at most so many pixels a side may be a face that was cut out already
const CLOSE = 256; // in an image of at most so many pixels the frame is put around all of it
const SHARE = 0.6; // of the shorter side, for the frame of larger ones

/** Shows the image, the webcam or a video, and the frame that is moved by hand. */
export class Stage {
  readonly video = element('video', HTMLVideoElement);
  readonly #still = element('still', HTMLCanvasElement);
  readonly #stage = element('stage', HTMLDivElement);
  readonly #frame: Frame;
  #turn = 0; // counts what was to be shown: the last that was asked for is, not the last that was ready

  constructor(changed: () => void) {
    this.#frame = new Frame(changed);
  }

  get isEmpty(): boolean {
    return this.#stage.hasAttribute('data-empty');
  }

  /** Whether the webcam or a video is playing. */
  get isLive(): boolean {
    return this.isCamera || this.video.src !== '';
  }

  /** Whether the webcam is on. */
  get isCamera(): boolean {
    return this.video.srcObject !== null;
  }

  /** Whether the image is as small as a face that was cut out of a photo. */
  get isCrop(): boolean {
    return !this.isLive && Math.max(...sizeOf(this.#still)) <= CROP;
  }

  /** What is shown, to be classified. */
  get source(): Source {
    return this.isLive ? this.video : this.#still;
  }

  /** The frame, in pixels of the source. */
  get box(): Box {
    return this.#frame.box(this.isCamera);
  }

  /** Whether the frame is there. */
  set isFramedByHand(isFramed: boolean) {
    this.#frame.isShown = isFramed;
  }

  /** Shows an image. Returns whether it is shown, which it is not if something else was asked for meanwhile. */
  async showPicture(file: Blob): Promise<boolean> {
    this.stop();
    const mine = this.#turn;
    const bitmap = await this.#unlessLate(mine, createImageBitmap(file)); // turned by its EXIF orientation
    if (!bitmap) return false;
    if (mine !== this.#turn) {
      bitmap.close();
      return false;
    }
    const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
    this.#still.width = Math.max(1, Math.round(bitmap.width * scale));
    this.#still.height = Math.max(1, Math.round(bitmap.height * scale));
    this.#still
      .getContext('2d', { willReadFrequently: true })!
      .drawImage(bitmap, 0, 0, this.#still.width, this.#still.height);
    bitmap.close();
    this.#show();
    return true;
  }

  /** Shows the webcam, mirrored as people know themselves. Returns what `showPicture` returns. */
  async showCamera(): Promise<boolean> {
    this.stop();
    const mine = this.#turn;
    const wanted = { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } };
    const stream = await this.#unlessLate(mine, navigator.mediaDevices.getUserMedia({ video: wanted }));
    if (!stream) return false;
    if (mine !== this.#turn) {
      end(stream);
      return false;
    }
    this.video.srcObject = stream;
    return this.#play(mine);
  }

  /** Plays a video, again and again. Returns what `showPicture` returns. */
  async showVideo(file: Blob): Promise<boolean> {
    this.stop();
    this.video.src = URL.createObjectURL(file);
    this.video.loop = true;
    return this.#play(this.#turn);
  }

  async #play(mine: number): Promise<boolean> {
    try {
      await this.video.play();
    } catch (error) {
      if (mine !== this.#turn) return false;
      this.stop();
      throw error;
    }
    if (mine === this.#turn) this.#show();
    return mine === this.#turn;
  }

  /** What is ready, or undefined if it failed after something else was asked for. */
  async #unlessLate<T>(mine: number, ready: Promise<T>): Promise<T | undefined> {
    try {
      return await ready;
    } catch (error) {
      if (mine === this.#turn) throw error;
      return undefined;
    }
  }

  /** Switches the webcam off and lets go of a video and of what is being opened. */
  stop(): void {
    this.#turn++;
    if (!this.isLive) return;
    const { srcObject, src } = this.video;
    if (srcObject instanceof MediaStream) end(srcObject);
    this.video.srcObject = null;
    if (src) URL.revokeObjectURL(src);
    this.video.removeAttribute('src');
    this.#stage.setAttribute('data-empty', '');
  }

  #show(): void {
    const [height, width] = sizeOf(this.source);
    this.video.hidden = !this.isLive;
    this.#still.hidden = this.isLive;
    this.#stage.style.setProperty('--ratio', `${width / height}`);
    this.#stage.toggleAttribute('data-mirrored', this.isCamera);
    this.#stage.removeAttribute('data-empty');
    this.#frame.reset(width, height, Math.min(width, height) <= CLOSE ? 1 : SHARE);
  }
}

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
