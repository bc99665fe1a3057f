import type { Prediction } from 'fer-cnn';
import { glyph } from './glyphs';

/** A row for each class: its name, a bar and its probability. */
export class Bars {
  readonly #list: HTMLOListElement;
  #rows = new Map<string, { row: HTMLElement; fill: HTMLElement; value: HTMLElement }>();

  constructor(list: HTMLOListElement, classNames: readonly string[] = []) {
    this.#list = list;
    this.reset(classNames);
  }

  /** Makes the rows of other classes, all empty. */
  reset(classNames: readonly string[]): void {
    this.#rows = new Map(
      classNames.map((name) => {
        const row = document.createElement('li');
        row.innerHTML = `<span class="name">${glyph(name)}<span></span></span><span class="track"><span class="fill"></span></span><span class="value">0 %</span>`;
        row.querySelector('.name span')!.textContent = name;
        row.dataset['emotion'] = name;
        const fill = row.querySelector<HTMLElement>('.fill')!;
        return [name, { row, fill, value: row.querySelector<HTMLElement>('.value')! }];
      }),
    );
    this.#list.replaceChildren(...Array.from(this.#rows.values(), ({ row }) => row));
  }

  /** Shows the probabilities of all classes; one is marked. */
  show(predictions: readonly Prediction[], top: string): void {
    for (const { className, probability } of predictions) {
      const { row, fill, value } = this.#rows.get(className)!;
      fill.style.transform = `scaleX(${probability})`;
      value.textContent = percent(probability);
      row.toggleAttribute('data-top', className === top);
    }
  }

  /** Empties all rows. */
  clear(): void {
    for (const { row, fill, value } of this.#rows.values()) {
      row.removeAttribute('data-top');
      fill.style.transform = '';
      value.textContent = '0 %';
    }
  }
}

/** A share from 0 to 1, for readers. */
export const percent = (share: number) => `${Math.round(100 * share)} %`;
