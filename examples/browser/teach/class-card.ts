import type { Sample } from 'fer-cnn/teach';
import { fill } from '../dom';
import { onHold } from './hold';
import { CARD } from './markup';
import { Strip } from './strip';

/** What a card asks for. */
export interface CardActions {
  record(card: ClassCard, released: AbortSignal): Promise<void>;
  add(card: ClassCard, files: readonly File[]): Promise<void>;
  /** Gives the card that name, unless another has it. */
  rename(card: ClassCard, name: string): void;
  remove(card: ClassCard): void;
  delete(id: number): void;
}

/** One expression that is taught. */
export class ClassCard {
  readonly element = document.createElement('li');
  name: string;
  readonly #part = fill(this.element, CARD);
  readonly #input = this.#part('name', HTMLInputElement);
  readonly #hold = this.#part('hold', HTMLButtonElement);
  readonly #files = this.#part('files', HTMLInputElement);
  readonly #remove = this.#part('remove', HTMLButtonElement);
  readonly #count = this.#part('count', HTMLParagraphElement);
  readonly #strip: Strip;

  constructor(name: string, actions: CardActions) {
    this.name = name;
    this.#strip = new Strip(this.#part('strip', HTMLDivElement), (id) => actions.delete(id));
    this.#input.value = name;
    this.#input.addEventListener('change', () => {
      const wanted = this.#input.value.trim();
      if (wanted !== '' && wanted !== this.name) actions.rename(this, wanted);
      this.#input.value = this.name;
      this.#label();
    });
    onHold(this.#hold, (released) => actions.record(this, released));
    this.#files.addEventListener('change', () => {
      const files = [...this.#files.files!];
      this.#files.value = ''; // so that the same files can be chosen again
      if (files.length > 0) void actions.add(this, files);
    });
    this.element.addEventListener('drop', (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) void actions.add(this, files);
    });
    this.#remove.addEventListener('click', () => actions.remove(this));
    this.#label();
  }

  /** Whether there is a webcam to record from. */
  set canRecord(canRecord: boolean) {
    this.#hold.disabled = !canRecord;
  }

  /** Says what is being done. */
  say(text: string): void {
    this.#count.textContent = text;
  }

  /** Shows the samples of the class. */
  show(samples: readonly Sample[]): void {
    const takes = new Set(samples.map(({ take }) => take)).size;
    this.say(samples.length === 0 ? 'No samples yet' : `${count(samples.length, 'sample')} in ${count(takes, 'take')}`);
    this.#strip.show(samples, this.name);
  }

  /** Puts the cursor into the name. */
  edit(): void {
    this.#input.select();
  }

  #label(): void {
    this.#hold.ariaLabel = `Hold to record ${this.name}`;
    this.#files.ariaLabel = `Add images of ${this.name}`;
    this.#remove.ariaLabel = `Remove ${this.name}`;
  }
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
