import type { Part } from '../dom';
import type { Trial } from './trial';

const NEUTRAL = 'neutral';

/** The button by which somebody shows a resting face; what is seen is corrected by it until the button is pressed again. */
export class Neutral {
  readonly #trial: Trial;
  readonly #button: HTMLButtonElement;
  readonly #status: HTMLElement;
  #classNames: readonly string[] = [];

  /** @param act Does what somebody asked for, and shows what went wrong. */
  constructor(part: Part, trial: Trial, act: (action: () => Promise<void>) => Promise<void>) {
    this.#trial = trial;
    this.#button = part('neutral', HTMLButtonElement);
    this.#status = part('neutral-status', HTMLParagraphElement);
    this.#button.addEventListener('click', () => void act(() => this.#toggle()).finally(() => this.show()));
  }

  /** Shows whether the button can be used, for the classes that were learned last. */
  show(classNames = this.#classNames): void {
    this.#classNames = classNames;
    this.#button.disabled = !this.#trial.isLive || !classNames.includes(NEUTRAL);
    this.#button.ariaPressed = String(this.#trial.isCorrected);
    this.#status.textContent = this.#trial.isCorrected
      ? 'Corrected by your neutral face.'
      : `Your neutral face is taken for something else? With the webcam on, and “${NEUTRAL}” or the seven emotions among the expressions, it can be measured.`;
  }

  async #toggle(): Promise<void> {
    if (this.#trial.isCorrected) {
      this.#trial.forget();
      return;
    }
    const say = (share: number) => {
      this.#status.textContent = `Look into the camera without any expression: ${Math.round(100 * share)} %`;
    };
    say(0);
    await this.#trial.measure(NEUTRAL, say);
  }
}
