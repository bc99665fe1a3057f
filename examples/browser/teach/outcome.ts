import { Bars, percent } from '../bars';
import type { Part } from '../dom';
import { Speaker } from '../speaker';
import type { Learned } from './lesson';
import { programFor } from './take-away';
import type { Seen } from './trial';

const TOO_FEW = 'Two expressions with samples are needed to learn.';

/** Shows what was learned, how good it is, and what it makes of a face. */
export class Outcome {
  readonly #part: Part;
  readonly #bars: Bars;
  readonly #speaker: Speaker;
  readonly #seen: HTMLElement;

  constructor(part: Part) {
    this.#part = part;
    this.#bars = new Bars(part('bars', HTMLOListElement));
    this.#speaker = new Speaker(part('summary', HTMLParagraphElement));
    this.#seen = part('seen', HTMLParagraphElement);
    const code = part('code', HTMLPreElement);
    const copy = part('copy', HTMLButtonElement);
    copy.addEventListener('click', () => {
      const done = navigator.clipboard.writeText(code.textContent);
      void done.then(
        () => (copy.textContent = 'Copied'),
        () => getSelection()!.selectAllChildren(code), // the page may not write to the clipboard, but the user may
      );
    });
  }

  /** Shows what a face is taken for. */
  see(seen: Seen | undefined): void {
    if (!seen) {
      this.#bars.clear();
      this.#seen.textContent = 'No face in view';
      return;
    }
    const { className, predictions } = seen;
    const { probability } = predictions.find((prediction) => prediction.className === className)!;
    this.#bars.show(predictions, className);
    this.#seen.textContent = `${className}, ${percent(probability)}`;
    this.#speaker.say(className, percent(probability));
  }

  /** Shows how much of the training is done. */
  progress(fraction: number | undefined): void {
    const bar = this.#part('progress', HTMLProgressElement);
    bar.hidden = fraction === undefined;
    bar.value = fraction ?? 0;
  }

  /** Shows what to do about the samples. */
  advise(advice: readonly string[]): void {
    const items = advice.map((text) => Object.assign(document.createElement('li'), { textContent: text }));
    this.#part('advice', HTMLUListElement).replaceChildren(...items);
  }

  /** Shows the result of a training. */
  show(learned: Learned): void {
    const classNames = learned?.classifier.card.classNames ?? [];
    this.#bars.reset(classNames);
    this.#speaker.reset();
    this.#seen.textContent = learned ? 'Learned. Turn the webcam on, or try an image.' : 'Nothing learned yet';
    this.#part('score', HTMLParagraphElement).textContent = learned?.score.message ?? TOO_FEW;
    this.#part('save-model', HTMLButtonElement).disabled = !learned;
    this.#part('program', HTMLDetailsElement).hidden = !learned;
    this.#part('copy', HTMLButtonElement).textContent = 'Copy the code';
    this.#part('code', HTMLPreElement).textContent = programFor(classNames);
  }
}
