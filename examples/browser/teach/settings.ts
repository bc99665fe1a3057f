import type { TeachMethod, TeachOptions } from 'fer-cnn/teach';
import type { Part } from '../dom';

/** The methods to which the seven emotions can be added. */
const JOINABLE: readonly string[] = ['auto', 'logistic'] satisfies TeachMethod[];

/** How it learns: the method, "none of these", and whether the seven emotions stay. */
export class Settings {
  readonly #method: HTMLSelectElement;
  readonly #none: HTMLInputElement;
  readonly #sure: HTMLInputElement;
  readonly #keep: HTMLInputElement;

  /** @param changed Is called when somebody changes one of them. */
  constructor(part: Part, changed: () => void) {
    this.#method = part('method', HTMLSelectElement);
    this.#none = part('none', HTMLInputElement);
    this.#sure = part('sure', HTMLInputElement);
    this.#keep = part('keep', HTMLInputElement);
    this.#sure.addEventListener('input', () => {
      part('sure-value', HTMLOutputElement).value = `${this.#sure.value} %`;
    });
    for (const control of [this.#method, this.#none, this.#sure, this.#keep]) {
      control.addEventListener('change', () => {
        part('threshold', HTMLLabelElement).hidden = !this.#none.checked;
        this.#offerMethods();
        changed();
      });
    }
  }

  /** What the teacher is told. */
  get options(): TeachOptions {
    return {
      method: this.#method.value as TeachMethod,
      keepClasses: this.#keep.checked,
      rejectBelow: this.#none.checked ? this.#sure.valueAsNumber / 100 : undefined,
    };
  }

  #offerMethods(): void {
    for (const option of this.#method.options) {
      option.disabled = this.#keep.checked && !JOINABLE.includes(option.value);
      if (option.disabled && option.selected) this.#method.value = 'auto';
    }
  }
}
