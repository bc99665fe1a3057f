/**
 * Makes of a task one that is never queued: while it runs, only the newest call waits, and the one that waited before it is dropped.
 *
 * @returns The same for calls that may come at any time; its promise gives undefined for a call that was dropped.
 */
export function latestOnly<Arguments extends unknown[], Result>(
  task: (...parameters: Arguments) => Promise<Result>,
): (...parameters: Arguments) => Promise<Result | undefined> {
  let isBusy = false;
  let waiting: ((isNext: boolean) => void) | undefined;
  return async (...parameters) => {
    if (isBusy) {
      waiting?.(false);
      const isNext = await new Promise<boolean>((resolve) => {
        waiting = resolve;
      });
      if (!isNext) return undefined;
    }
    isBusy = true;
    try {
      return await task(...parameters);
    } finally {
      const next = waiting;
      waiting = undefined;
      if (next) next(true);
      else isBusy = false;
    }
  };
}
