import { Presets, SingleBar } from 'cli-progress';

/** A progress bar over pictures with the time left, on a terminal only. */
export function showPictures(title: string) {
  const bar = new SingleBar(
    { format: `${title} {bar} {value}/{total} | {eta_formatted} left`, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update(done: number, total: number): void {
      if (!started) bar.start(total, 0);
      started = true;
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
