import { EMOTIONS } from 'fer-cnn';
import type { TrackedFace } from 'fer-cnn/faces';
import { Bars, percent } from './bars';
import { element } from './dom';
import { glyph } from './glyphs';
import { Speaker } from './speaker';

/** Bars, headline and what a screen reader is told. */
export class Results {
  readonly #bars = new Bars(element('bars', HTMLOListElement), EMOTIONS);
  readonly #headline = element('headline', HTMLHeadingElement);
  readonly #glyph = element('glyph', HTMLSpanElement);
  readonly #speaker = new Speaker(element('summary', HTMLParagraphElement));
  #drawn = '';

  constructor() {
    element('glyphs', HTMLParagraphElement).innerHTML = EMOTIONS.map(glyph).join('');
  }

  /** Shows what the model predicts for a face. */
  show({ className, predictions }: TrackedFace, name: string): void {
    this.#bars.show(predictions, className);
    const { probability } = predictions.find((prediction) => prediction.className === className)!;
    this.#headline.textContent = `${className}, ${percent(probability)}`;
    this.#draw(className);
    this.#speaker.say(`${name} looks ${WORDS[className] ?? className}`, percent(probability));
  }

  /** Empties everything, and says why. */
  clear(headline: string): void {
    this.#bars.clear();
    this.#headline.textContent = headline;
    this.#draw('');
    this.#speaker.reset();
  }

  /** The face beside the headline; redrawn only when its expression changes. */
  #draw(className: string): void {
    if (this.#drawn === className) return;
    this.#drawn = className;
    this.#glyph.innerHTML = className && glyph(className);
  }
}

const WORDS: Readonly<Record<string, string>> = { disgust: 'disgusted', fear: 'afraid', surprise: 'surprised' };
