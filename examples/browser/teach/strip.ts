import type { Sample } from 'fer-cnn/teach';

/** The samples of a class: buttons that delete them. One of them is in the order of the Tab key, the arrow keys lead to the others. */
export class Strip {
  readonly #group: HTMLElement;
  readonly #remove: (id: number) => void;
  readonly #buttons = new Map<number, HTMLButtonElement>();

  constructor(group: HTMLElement, remove: (id: number) => void) {
    this.#group = group;
    this.#remove = remove;
    group.addEventListener('keydown', (event) => this.#key(event));
    group.addEventListener('focusin', ({ target }) => this.#reach(target as HTMLButtonElement));
  }

  /** Shows samples, in their order. */
  show(samples: readonly Sample[], name: string): void {
    const ids = new Set(samples.map(({ id }) => id));
    for (const [id, button] of this.#buttons) {
      if (ids.has(id)) continue;
      button.remove();
      this.#buttons.delete(id);
    }
    samples.forEach((sample, i) => {
      const button = this.#buttons.get(sample.id) ?? this.#add(sample);
      button.ariaLabel = `Delete sample ${i + 1} of ${name}`;
    });
    this.#group.ariaLabel = `Samples of ${name}`;
    this.#group.hidden = samples.length === 0;
    const all = [...this.#buttons.values()];
    if (!all.some(({ tabIndex }) => tabIndex === 0)) this.#reach(all[0]);
  }

  #add(sample: Sample): HTMLButtonElement {
    const button = Object.assign(document.createElement('button'), { type: 'button', tabIndex: -1 });
    const { image } = sample;
    if (image) button.append(draw(image));
    button.addEventListener('click', () => this.#delete(sample.id));
    this.#buttons.set(sample.id, button);
    this.#group.append(button);
    return button;
  }

  #delete(id: number): void {
    const button = this.#buttons.get(id)!;
    const next = (button.nextElementSibling ?? button.previousElementSibling) as HTMLButtonElement | null;
    const hadFocus = document.activeElement === button;
    this.#remove(id);
    if (hadFocus) next?.focus();
  }

  #reach(chosen: HTMLButtonElement | undefined): void {
    for (const button of this.#buttons.values()) button.tabIndex = button === chosen ? 0 : -1;
  }

  #key(event: KeyboardEvent): void {
    const button = event.target as HTMLButtonElement;
    const { nextElementSibling: next, previousElementSibling: previous } = button;
    const { firstElementChild: first, lastElementChild: last } = this.#group;
    const goal = { ArrowRight: next, ArrowLeft: previous, Home: first, End: last }[event.key];
    if (goal) (goal as HTMLButtonElement).focus();
    else if (event.key === 'Delete' || event.key === 'Backspace') button.click();
    else return;
    event.preventDefault();
  }
}

function draw({ data, width, height, channels = 1 }: NonNullable<Sample['image']>): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = data[i * channels + (channels === 1 ? 0 : c)]!;
    pixels.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  return canvas;
}
