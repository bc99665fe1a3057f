import { Presets, SingleBar } from 'cli-progress';
import type { TrainProgress } from 'fer-cnn';

/** A progress bar with the time left on a terminal, and in any case one line for each epoch. */
export function showProgress(title: string) {
  const bar = new SingleBar(
    {
      format: `${title} {bar} {percentage}% | epoch {epoch}/{epochs} | loss {loss} | accuracy {accuracy} | {eta_formatted} left`,
      hideCursor: true,
      etaBuffer: 50,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update({ epoch, epochs, batch, batches, loss, accuracy }: TrainProgress): void {
      if (!process.stdout.isTTY || batches === undefined) return;
      const payload = { epoch: epoch + 1, epochs, loss: loss.toFixed(3), accuracy: accuracy.toFixed(3) };
      if (!started) bar.start(epochs * batches, epoch * batches, payload);
      started = true;
      bar.update(epoch * batches + batch, payload);
    },
    epochDone(epoch: number, logs: Record<string, unknown> | undefined): void {
      const figures = Object.entries(logs ?? {}).map(([name, value]) => `${name} ${Number(value).toPrecision(4)}`);
      if (started) process.stdout.write('\r\u001b[K');
      console.log(`${new Date().toISOString()} epoch ${epoch}: ${figures.join(', ')}`);
    },
    stop: () => bar.stop(),
  };
}
