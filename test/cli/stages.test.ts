import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandsOf, isDone, stageLog } from '../../src/cli/stages';

const command = (lengths: string) => `train ${lengths}`;

it('a run that keeps its schedule is one command, however often it was resumed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-stages-'));
  const file = join(folder, 'stages.json');
  await stageLog(folder, true).epochDone(1, 3);
  const resumed = stageLog(folder, false);
  expect([resumed.isOther(3), resumed.isOther(4), resumed.isOther(3, ' --peak 0.1')]).toEqual([false, true, true]);
  await resumed.epochDone(2, 3);
  expect(commandsOf(resumed.stages, command)).toBe('train --epochs 3 --until 2');
  await resumed.epochDone(3, 3);
  expect(commandsOf(resumed.stages, command)).toBe('train --epochs 3');
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual([{ epochs: 3, until: 3 }]);
  expect(isDone(folder, 3)).toBe(false); // not stored yet
  await writeFile(join(folder, 'report.json'), '{}');
  expect([isDone(folder, 3), isDone(folder, 3, 2), isDone(folder, 4, 2)]).toEqual([true, true, false]);
  expect(stageLog(folder, true).stages).toEqual([]);
  await rm(folder, { recursive: true });
});

it('a run that went on by another schedule is one command for each', async () => {
  const stages = [
    { epochs: 60, until: 37 },
    { epochs: 48, until: 48, settings: ' --precision bfloat16' },
  ];
  expect(commandsOf(stages, command)).toBe(
    'train --epochs 60 --until 37 && train --epochs 48 --precision bfloat16 --resume',
  );
});

it('only the first command of a run says from which weights it started', () => {
  const stages = [
    { epochs: 3, until: 1 },
    { epochs: 2, until: 2 },
  ];
  expect(commandsOf(stages, command, ' --from deep')).toBe(
    'train --epochs 3 --until 1 --from deep && train --epochs 2 --resume',
  );
});

it('a run that went on with other settings is one command for each', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-stages-'));
  const log = stageLog(folder, true);
  await log.epochDone(1, 3);
  await log.epochDone(2, 3, ' --teacher teacher.json');
  await log.epochDone(3, 3, ' --teacher teacher.json');
  const expected = 'train --epochs 3 --until 1 && train --epochs 3 --teacher teacher.json --resume';
  expect(commandsOf(log.stages, command)).toBe(expected);
  await rm(folder, { recursive: true });
});
