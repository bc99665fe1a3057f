import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrainingError } from 'fer-cnn';
import { UsageError } from './run';

const STAGES = 'stages.json';

/** A stretch of a run under one schedule: its length is that of `epochs`, and it was followed up to `until`. */
export interface Stage {
  epochs: number;
  until: number;
  /** Other options of the command that may change from stage to stage, as they are written: `' --precision bfloat16'`. */
  settings?: string;
}

/**
 * Keeps, beside the checkpoint, under which schedules a run has come as far as it has: resumed with another `--epochs`, it continues by
 * another one, and only all commands together reproduce it.
 */
export function stageLog(out: string, isNew: boolean) {
  const file = join(out, STAGES);
  const stages: Stage[] = isNew || !existsSync(file) ? [] : (JSON.parse(readFileSync(file, 'utf8')) as Stage[]);
  return {
    stages,
    /** Whether a stage with these options would not be the one before, continued. */
    isOther(epochs: number, settings = ''): boolean {
      const last = stages.at(-1);
      return last !== undefined && (last.epochs !== epochs || (last.settings ?? '') !== settings);
    },
    async epochDone(epoch: number, epochs: number, settings = ''): Promise<void> {
      const last = stages.at(-1);
      if (last && !this.isOther(epochs, settings)) last.until = epoch;
      else stages.push({ epochs, until: epoch, ...(settings && { settings }) });
      await writeFile(file, JSON.stringify(stages));
    },
  };
}

/** An error in terms of the command if it is one of the checkpoint; else as it is. */
export function ofResuming(checkpoint: string, error: unknown): unknown {
  if (!(error instanceof TrainingError) || !error.where.startsWith('train: checkpoint')) return error;
  const { where, expected, received } = error;
  return new UsageError(
    `--resume: ${where.slice('train: '.length)} in ${checkpoint}: expected ${expected}, received ${received}. ` +
      'Use the data and options of that run, or another --out to start again.',
  );
}

/** Whether a run in a directory has come to an end, by the schedule of so many epochs. */
export function isDone(out: string, epochs: number, until = epochs): boolean {
  const file = join(out, STAGES);
  if (!existsSync(file) || !existsSync(join(out, 'report.json'))) return false;
  const stages = JSON.parse(readFileSync(file, 'utf8')) as Stage[];
  return stages.some((stage) => stage.epochs === epochs && stage.until >= until);
}

/** The commands that reproduce a run, from the one of its first stage, which alone has the settings `start`. */
export function commandsOf(stages: readonly Stage[], command: (epochs: string) => string, start = ''): string {
  return stages
    .map(({ epochs, until, settings = '' }, i) => {
      const goOn = i > 0 ? ' --resume' : start;
      return command(`--epochs ${epochs}${until < epochs ? ` --until ${until}` : ''}`) + settings + goOn;
    })
    .join(' && ');
}
