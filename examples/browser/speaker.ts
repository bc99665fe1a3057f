const PAUSE = 2000; // ms between two sentences that a screen reader is given

/** Tells a screen reader of another expression, not of each frame. */
export class Speaker {
  readonly #region: HTMLElement;
  #said = { text: '', time: -Infinity };

  /** @param region A hidden element with `aria-live`. */
  constructor(region: HTMLElement) {
    this.#region = region;
  }

  /** Says something about the face, unless it was said last, or something else a moment ago. */
  say(text: string, detail: string): void {
    const time = performance.now();
    if (text === this.#said.text || time - this.#said.time < PAUSE) return;
    this.#said = { text, time };
    this.#region.textContent = `${text}, ${detail}.`;
  }

  /** Forgets what was said last. */
  reset(): void {
    this.#said = { text: '', time: -Infinity };
  }
}
