import type { Box } from 'fer-cnn';
import { element } from './dom';

const STEP = 0.02; // of the image's shorter side for each key; five times that with Shift
const SMALLEST = 0.1; // of the shorter side

/** The square that says where the face is. Moved by pointer and keys; positions are pixels of what is shown. */
export class Frame {
  readonly #button = element('frame', HTMLButtonElement);
  readonly #size = element('size', HTMLInputElement);
  readonly #help = element('by-hand', HTMLDivElement);
  readonly #changed: () => void;
  #width = 1;
  #height = 1;
  #x = 0;
  #y = 0;
  #side = 1;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#button.addEventListener('pointerdown', (event) => this.#drag(event));
    this.#button.addEventListener('keydown', (event) => this.#key(event));
    this.#size.addEventListener('input', () => this.#resize(this.#shorter * (this.#size.valueAsNumber / 100)));
  }

  /** Whether the frame can be seen and moved. */
  set isShown(isShown: boolean) {
    this.#button.hidden = !isShown;
    this.#help.hidden = !isShown;
  }

  /** Where the face is; mirrored as the webcam is. */
  box(isMirrored: boolean): Box {
    const x = isMirrored ? this.#width - this.#x - this.#side : this.#x;
    return { x, y: this.#y, width: this.#side, height: this.#side };
  }

  /** Centers the square in an image of that size, with a side that is a share of the shorter one. */
  reset(width: number, height: number, share: number): void {
    [this.#width, this.#height] = [width, height];
    this.#side = this.#shorter * share;
    this.#place((width - this.#side) / 2, (height - this.#side) / 2);
  }

  get #shorter(): number {
    return Math.min(this.#width, this.#height);
  }

  #place(x: number, y: number): void {
    this.#x = Math.max(0, Math.min(this.#width - this.#side, x));
    this.#y = Math.max(0, Math.min(this.#height - this.#side, y));
    const { style } = this.#button;
    style.left = `${(100 * this.#x) / this.#width}%`;
    style.top = `${(100 * this.#y) / this.#height}%`;
    style.width = `${(100 * this.#side) / this.#width}%`;
    this.#size.valueAsNumber = Math.round((100 * this.#side) / this.#shorter);
  }

  #move(x: number, y: number): void {
    this.#place(x, y);
    this.#changed();
  }

  /** Grows or shrinks about the middle. */
  #resize(side: number): void {
    const before = this.#side;
    this.#side = Math.max(SMALLEST * this.#shorter, Math.min(this.#shorter, side));
    const half = (before - this.#side) / 2;
    this.#move(this.#x + half, this.#y + half);
  }

  #drag(start: PointerEvent): void {
    const scale = this.#width / this.#button.parentElement!.clientWidth;
    const isHandle = (start.target as Element).classList.contains('handle');
    const [x, y, side] = [this.#x, this.#y, this.#side];
    const move = (event: PointerEvent) => {
      const dx = (event.clientX - start.clientX) * scale;
      const dy = (event.clientY - start.clientY) * scale;
      if (isHandle) this.#resize(side + dx + dy);
      else this.#move(x + dx, y + dy);
    };
    const end = new AbortController();
    const options = { signal: end.signal };
    this.#button.setPointerCapture(start.pointerId);
    this.#button.addEventListener('pointermove', move, options);
    for (const type of ['pointerup', 'pointercancel']) this.#button.addEventListener(type, () => end.abort(), options);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = this.#shorter * STEP * (event.shiftKey ? 5 : 1);
    const actions: Record<string, () => void> = {
      ArrowLeft: () => this.#move(this.#x - step, this.#y),
      ArrowRight: () => this.#move(this.#x + step, this.#y),
      ArrowUp: () => this.#move(this.#x, this.#y - step),
      ArrowDown: () => this.#move(this.#x, this.#y + step),
      '+': () => this.#resize(this.#side + step),
      '=': () => this.#resize(this.#side + step),
      '-': () => this.#resize(this.#side - step),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}
