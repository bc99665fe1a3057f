import { EMOTIONS } from 'fer-cnn';
import type { TrackedFace } from 'fer-cnn/faces';
import { element } from './dom';
import { glyph } from './glyphs';

const PAUSE = 2000; // ms between two sentences that a screen reader is given

/** Bars, headline and what a screen reader is told. */
export class Results {
  readonly #rows = new Map<string, { row: HTMLElement; fill: HTMLElement; value: HTMLElement }>();
  readonly #headline = element('headline', HTMLHeadingElement);
  readonly #glyph = element('glyph', HTMLSpanElement);
  readonly #summary = element('summary', HTMLParagraphElement);
  #drawn = '';
  #said = { text: '', time: -Infinity };

  constructor() {
    element('glyphs', HTMLParagraphElement).innerHTML = EMOTIONS.map(glyph).join('');
    for (const emotion of EMOTIONS) {
      const row = document.createElement('li');
      row.innerHTML = `<span class="name">${glyph(emotion)}${emotion}</span><span class="track"><span class="fill"></span></span><span class="value">0 %</span>`;
      const fill = row.querySelector<HTMLElement>('.fill')!;
      const value = row.querySelector<HTMLElement>('.value')!;
      row.dataset['emotion'] = emotion;
      this.#rows.set(emotion, { row, fill, value });
      element('bars', HTMLOListElement).append(row);
    }
  }

  /** Shows what the model predicts for a face. */
  show({ className, predictions }: TrackedFace, name: string): void {
    for (const { className: emotion, probability } of predictions) {
      const { row, fill, value } = this.#rows.get(emotion)!;
      fill.style.transform = `scaleX(${probability})`;
      value.textContent = percent(probability);
      row.toggleAttribute('data-top', emotion === className);
    }
    const { probability } = predictions.find((prediction) => prediction.className === className)!;
    this.#headline.textContent = `${className}, ${percent(probability)}`;
    this.#draw(className);
    this.#say(`${name} looks ${WORDS[className] ?? className}`, probability);
  }

  /** Empties everything, and says why. */
  clear(headline: string): void {
    for (const { row, fill, value } of this.#rows.values()) {
      row.removeAttribute('data-top');
      fill.style.transform = '';
      value.textContent = '0 %';
    }
    this.#headline.textContent = headline;
    this.#draw('');
    this.#said = { text: '', time: -Infinity };
  }

  /** The face beside the headline; redrawn only when its expression changes. */
  #draw(className: string): void {
    if (this.#drawn === className) return;
    this.#drawn = className;
    this.#glyph.innerHTML = className && glyph(className);
  }

  /** A screen reader is told of another expression, not of each frame. */
  #say(text: string, probability: number): void {
    const time = performance.now();
    if (text === this.#said.text || time - this.#said.time < PAUSE) return;
    this.#said = { text, time };
    this.#summary.textContent = `${text}, ${percent(probability)}.`;
  }
}

const WORDS: Readonly<Record<string, string>> = { disgust: 'disgusted', fear: 'afraid', surprise: 'surprised' };

const percent = (share: number) => `${Math.round(100 * share)} %`;
