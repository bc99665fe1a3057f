import { Presets, SingleBar } from 'cli-progress';
import type { TrainProgress } from 'fer-cnn';
import { warn } from './run';

const options = { hideCursor: true, clearOnComplete: true, stream: process.stderr };

/** A progress bar over images with the time left, on a terminal only. */
export function showImages(title: string) {
  const format = `${title} {bar} {value}/{total} | {eta_formatted} left`;
  const bar = new SingleBar({ ...options, format }, Presets.shades_classic);
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

/** A progress bar of training with the time left, on a terminal; in any case one line for each epoch, on the error stream. */
export function showProgress(title: string) {
  const format = `${title} {bar} {percentage}% | epoch {epoch}/{epochs} | loss {loss} | accuracy {accuracy} | {eta_formatted} left`;
  const bar = new SingleBar({ ...options, format, etaBuffer: 50 }, Presets.shades_classic);
  let started = false;
  return {
    update({ epoch, epochs, batch, batches, loss, accuracy }: TrainProgress): void {
      if (!process.stderr.isTTY || batches === undefined) return;
      const payload = { epoch, epochs, loss: loss.toFixed(3), accuracy: accuracy.toFixed(3) };
      if (!started) bar.start(epochs * batches, (epoch - 1) * batches, payload);
      started = true;
      bar.update((epoch - 1) * batches + batch, payload);
    },
    epochDone(epoch: number, logs: Record<string, unknown> | undefined): void {
      const figures = Object.entries(logs ?? {}).map(([name, value]) => `${name} ${Number(value).toPrecision(4)}`);
      if (started) process.stderr.write('\r\u001b[K');
      warn(`${new Date().toISOString()} epoch ${epoch}: ${figures.join(', ')}`);
    },
    stop: () => bar.stop(),
  };
}
