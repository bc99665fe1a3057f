import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { program } from '../../src/cli/program';
import { run } from '../../src/cli/run';
import { Random } from '../../src/random';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a command did. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program of `research/`. */
export function runResearch(name: string, ...args: string[]): Promise<Outcome> {
  const options = { cwd: ROOT, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' }, maxBuffer: 1 << 24 };
  return new Promise((resolve) => {
    const program = [join(ROOT, 'research', `${name}.ts`), ...args];
    execFile(join(ROOT, 'node_modules/.bin/tsx'), program, options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** Runs a command of `fer-cnn` in this process. */
export async function ferCnn(...args: string[]): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text);
      return true;
    }),
  );
  try {
    const code = await run(program(), args);
    return { code, ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = undefined;
  }
}

/** A file of FER2013's form: 7 Training and 4 PublicTest rows of noise, the first of which stands in both. */
export function tinyFer2013(): string {
  const pixels = (row: number) =>
    Array.from(new Uint8Array(48 * 48), (_, i) => new Random(row, i).integer(256)).join(' ');
  const training = Array.from({ length: 7 }, (_, i) => `${i % 7},${pixels(i)},Training`);
  const test = Array.from({ length: 4 }, (_, i) => `${i % 7},${pixels(i === 0 ? 0 : 100 + i)},PublicTest`);
  return ['emotion,pixels,Usage', ...training, ...test, ''].join('\n');
}
