import type { EpochRecord } from './options';
import type { Stopping } from './parse-options';

/** Whether an epoch is the best so far. A loss that was not finite is never better, and anything is better than it. */
export function isBest({ monitor, minDelta }: Stopping, record: EpochRecord, best: EpochRecord | undefined): boolean {
  const value = ({ valLoss, valAccuracy }: EpochRecord) => (monitor === 'valLoss' ? -valLoss! : valAccuracy!);
  return !best || !Number.isFinite(value(best)) || value(record) > value(best) + minDelta;
}

/** The best epoch of a history, from 1; 0 without early stopping or before the first epoch. */
export function bestOf(stopping: Stopping | undefined, history: readonly EpochRecord[]): number {
  if (!stopping) return 0;
  return history.reduce((best, record) => (isBest(stopping, record, history[best - 1]) ? record.epoch : best), 0);
}
