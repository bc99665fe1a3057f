import type { PixelData } from 'fer-cnn';
import { element } from './dom';
import { type Engine, type Source, type Spot, sizeOf } from './engine';
import { frameOf, place } from './faces';

interface Wish {
  readonly source: Source;
  readonly spot: Spot;
  readonly className: string;
}

/** The heat map that lies over the chosen face, while that is wanted. */
export class Heat {
  readonly #canvas = element('heat', HTMLCanvasElement);
  readonly #wanted = element('heat-map', HTMLInputElement);
  readonly #engine: Engine;
  #latest: Wish | undefined;
  #isBusy = false;

  constructor(engine: Engine, changed: () => void) {
    this.#engine = engine;
    this.#wanted.addEventListener('change', () => (this.#wanted.checked ? changed() : this.hide()));
  }

  /** Looks for the evidence for a class in a face. While that is done, only the newest of further wishes waits. */
  async show(wish: Wish): Promise<void> {
    if (!this.#wanted.checked) return this.hide();
    this.#place(wish);
    this.#latest = wish;
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let done: Wish | undefined; this.#latest && this.#latest !== done;) {
        done = this.#latest;
        const overlay = await this.#engine.explain(done.source, done.spot, done.className);
        if (this.#latest) this.#draw(overlay, this.#latest);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  hide(): void {
    this.#latest = undefined;
    this.#canvas.hidden = true;
  }

  #place({ source, spot }: Wish): void {
    place(this.#canvas, frameOf(spot, sizeOf(source)), sizeOf(source));
  }

  #draw({ data, width, height }: PixelData, wish: Wish): void {
    Object.assign(this.#canvas, { width, height });
    this.#canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
    this.#place(wish);
    this.#canvas.hidden = false;
  }
}
