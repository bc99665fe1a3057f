/** The class that a resting face means. */
const NEUTRAL = 'neutral';

/** What watches the webcam, and corrects what it sees by a resting face. */
export interface Watcher {
  readonly isLive: boolean;
  readonly isCorrected: boolean;
  /** Watches for some seconds, and corrects by the resting face from then on. */
  measure(className: string, onProgress: (share: number) => void): Promise<void>;
  /** Corrects nothing any more. */
  forget(): void;
}

/** The button by which somebody shows a resting face; what is seen is corrected by it until the button is pressed again. */
export class Neutral {
  readonly #watcher: Watcher;
  readonly #button: HTMLButtonElement;
  readonly #status: HTMLElement;
  readonly #hint: string;
  #classNames: readonly string[];

  /** @param hint Is shown while nothing is corrected. @param act Does what somebody asked for, and shows what went wrong. */
  constructor(
    { button, status, hint }: { button: HTMLButtonElement; status: HTMLElement; hint: string },
    watcher: Watcher,
    act: (action: () => Promise<void>) => Promise<void>,
    classNames: readonly string[] = [],
  ) {
    this.#watcher = watcher;
    this.#button = button;
    this.#status = status;
    this.#hint = hint;
    this.#classNames = classNames;
    this.#button.addEventListener('click', () => void act(() => this.#toggle()).finally(() => this.show()));
  }

  /** Shows whether the button can be used, for the classes that were learned last. */
  show(classNames = this.#classNames): void {
    const { isLive, isCorrected } = this.#watcher;
    this.#classNames = classNames;
    this.#button.disabled = !isLive || !classNames.includes(NEUTRAL);
    this.#button.textContent = isCorrected ? 'Forget my neutral face' : 'This is my neutral face';
    this.#status.textContent = isCorrected ? 'Corrected by your neutral face.' : this.#hint;
  }

  async #toggle(): Promise<void> {
    if (this.#watcher.isCorrected) return this.#watcher.forget();
    const say = (share: number) => {
      this.#status.textContent = `Look into the camera without any expression: ${Math.round(100 * share)} %`;
    };
    say(0);
    await this.#watcher.measure(NEUTRAL, say);
  }
}
