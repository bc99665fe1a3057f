const WITHOUT_HOLD = 2000; // ms, for voice control and screen readers, which can click but not hold

/**
 * Calls back when a button is pressed, by mouse, touch or keys.
 *
 * @param begin Is given a signal that is aborted when the button is let go of.
 */
export function onHold(button: HTMLButtonElement, begin: (released: AbortSignal) => Promise<void>): void {
  let hold: AbortController | undefined;
  const release = () => hold?.abort();
  const press = () => {
    if (hold || button.disabled) return;
    const mine = (hold = new AbortController());
    button.toggleAttribute('data-held', true);
    void begin(mine.signal).finally(() => {
      hold = undefined;
      button.removeAttribute('data-held');
    });
  };
  const isKey = ({ key }: KeyboardEvent) => key === ' ' || key === 'Enter';

  button.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    press();
  });
  for (const type of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur'])
    button.addEventListener(type, release);
  button.addEventListener('keydown', (event) => {
    if (!isKey(event)) return;
    event.preventDefault();
    if (!event.repeat) press();
  });
  button.addEventListener('keyup', (event) => {
    if (!isKey(event)) return;
    event.preventDefault();
    release();
  });
  button.addEventListener('click', ({ detail }) => {
    if (detail > 0 || hold) return;
    press();
    setTimeout(release, WITHOUT_HOLD);
  });
  button.addEventListener('contextmenu', (event) => event.preventDefault()); // of a long touch
}
