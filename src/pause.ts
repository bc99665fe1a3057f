/** Lets timers, signals and the page run: in Node until the second of two rounds of its loop, between which timers run. */
export const pause = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(() => setImmediate(resolve));
    else setTimeout(resolve);
  });
