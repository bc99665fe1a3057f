import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { interruptible } from '../../src/cli/run';
import { ROOT, tinyFer2013 } from '../support/commands';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/fer-cnn.js', import.meta.url)); // `npm run build` makes it
const MINUTES = 60_000;

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-interrupt-'));
  await writeFile(at('data.csv'), tinyFer2013());
  await mkdir(at('photos'));
  const photo = join(ROOT, 'examples/pictures/collins.png');
  for (let i = 0; i < 400; i++) await copyFile(photo, at('photos', `${i}.png`));
});
afterAll(async () => {
  for (const child of running) process.kill(-child.pid!, 'SIGKILL'); // of a test that failed
  await rm(folder, { recursive: true, force: true });
});

/**
 * Runs the program as in a terminal, whose Ctrl-C goes to all processes of the group.
 *
 * @param args The arguments.
 * @param until Tells from what was printed so far when to press Ctrl-C: how often in all.
 */
async function press(args: string[], until: (printed: string) => Promise<number> | number) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let [printed, pressed] = ['', 0];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += String(data)));
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'no code'));
  });
  const look = setInterval(async () => {
    if (pressed >= (await until(printed)) || !running.has(child)) return;
    pressed++;
    process.kill(-child.pid!, 'SIGINT');
  }, 20);
  const code = await ended;
  clearInterval(look);
  running.delete(child);
  return { code, printed };
}

const after = (text: string) => (printed: string) => (printed.includes(text) ? 1 : 0);

describe('Ctrl-C', () => {
  const network = '{"conv":{"filters":[2,2]},"dense":{"units":[4]}}';
  const train = (out: string, epochs: number) => {
    const run = ['train', '--data', at('data.csv'), '--out', out, '--model', 'shallow', '--network', network];
    return [...run, '--epochs', String(epochs), '--backend', 'wasm'];
  };

  it('stops a training run at a checkpoint and says how to resume', { timeout: 10 * MINUTES }, async () => {
    const out = at('run');
    const { code, printed } = await press(train(out, 500), after('epoch 2:'));
    expect(code, printed).toBe(130);
    expect(printed).toContain('Stopping. Press Ctrl-C again to exit at once.');
    expect(printed).toContain(`The checkpoint is in ${out}: to resume, run the same command with --resume.`);
    expect(await readdir(out)).toContain('checkpoint.bin');
    const resumed = await press([...train(out, 500), '--resume'], after('epoch '));
    const [, first] = /epoch (\d+):/.exec(resumed.printed) ?? [];
    expect(Number(first), resumed.printed).toBeGreaterThan(2);
  });

  it('ends the process at once when it is pressed again', async () => {
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    let stop = (_reason: unknown) => {};
    const work = interruptible('Stopped.', () => new Promise((_, reject) => (stop = reject))); // slow to stop
    const press = process.listeners('SIGINT').at(-1)!;
    press('SIGINT');
    expect(exit).not.toHaveBeenCalled();
    press('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
    stop(new Error('later'));
    await expect(work).rejects.toThrow('later');
    expect(process.listeners('SIGINT')).not.toContain(press);
    exit.mockRestore();
    write.mockRestore();
  });

  it('keeps the results of a folder, and the same command resumes', { timeout: 10 * MINUTES }, async () => {
    const out = at('results.jsonl');
    const lines = async () => (await readFile(out, 'utf8').catch(() => '')).split('\n').length - 1;
    const args = ['classify', at('photos'), '--out', out, '--model', 'shallow', '--backend', 'wasm', '--workers', '1'];
    const stopped = await press(args, async () => ((await lines()) > 0 ? 1 : 0));
    expect(stopped.code, stopped.printed).toBe(130);
    expect(stopped.printed).toContain(`The results so far are in ${out}: to resume, run the same command.`);
    const kept = await lines();
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(400);
    const resumed = await press(args, () => 0);
    expect(resumed.code, resumed.printed).toBe(0);
    expect(resumed.printed).toContain(`400 of 400 images in ${out}, 0 of them with an error`);
    const files = (await readFile(out, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).file as string);
    expect(new Set(files).size).toBe(400);
  });
});
