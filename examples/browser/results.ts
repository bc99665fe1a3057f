import { EMOTIONS, type PixelData, type Prediction } from 'fer-cnn';
import { element } from './dom';

const PAUSE = 2000; // ms between two sentences that a screen reader is given

/** Bars, headline, spoken summary and heat map. */
export class Results {
  readonly #rows = new Map<string, { row: HTMLElement; fill: HTMLElement; value: HTMLElement }>();
  readonly #headline = element('headline', HTMLHeadingElement);
  readonly #summary = element('summary', HTMLParagraphElement);
  readonly #heat = element('heat', HTMLCanvasElement);
  #said = { className: '', time: -Infinity };

  constructor() {
    for (const emotion of EMOTIONS) {
      const row = document.createElement('li');
      row.innerHTML = `<span>${emotion}</span><span class="track"><span class="fill"></span></span><span class="value">0 %</span>`;
      const fill = row.querySelector<HTMLElement>('.fill')!;
      const value = row.querySelector<HTMLElement>('.value')!;
      row.dataset['emotion'] = emotion;
      this.#rows.set(emotion, { row, fill, value });
      element('bars', HTMLOListElement).append(row);
    }
  }

  /** Shows what the network says. */
  show(className: string, predictions: readonly Prediction[]): void {
    for (const { className: emotion, probability } of predictions) {
      const { row, fill, value } = this.#rows.get(emotion)!;
      fill.style.transform = `scaleX(${probability})`;
      value.textContent = percent(probability);
      row.toggleAttribute('data-top', emotion === className);
    }
    const { probability } = predictions.find((prediction) => prediction.className === className)!;
    this.#headline.textContent = `${className}, ${percent(probability)}`;
    this.#say(className, probability);
  }

  /** Empties everything. */
  clear(): void {
    for (const { row, fill, value } of this.#rows.values()) {
      row.removeAttribute('data-top');
      fill.style.transform = '';
      value.textContent = '0 %';
    }
    this.#headline.textContent = 'No picture yet';
    this.#said = { className: '', time: -Infinity };
    this.hideHeat();
  }

  showHeat({ data, width, height }: PixelData): void {
    Object.assign(this.#heat, { width, height });
    this.#heat.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
    this.#heat.hidden = false;
  }

  hideHeat(): void {
    this.#heat.hidden = true;
  }

  /** A screen reader is told of another expression, not of each frame. */
  #say(className: string, probability: number): void {
    const time = performance.now();
    if (className === this.#said.className || time - this.#said.time < PAUSE) return;
    this.#said = { className, time };
    this.#summary.textContent = `The face looks ${WORDS[className] ?? className}, ${percent(probability)}.`;
  }
}

const WORDS: Readonly<Record<string, string>> = { disgust: 'disgusted', fear: 'afraid', surprise: 'surprised' };

const percent = (share: number) => `${Math.round(100 * share)} %`;
