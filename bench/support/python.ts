import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Contender } from './measure';
import { remote } from './remote';

/** A Python that has these modules: `$FER_CNN_PYTHON` or the one on the path; undefined if it lacks one of them. */
export function findPython(modules: readonly string[]): string | undefined {
  const path = process.env['FER_CNN_PYTHON'] ?? 'python3';
  const find = `import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ${JSON.stringify(modules)})))`;
  return spawnSync(path, ['-c', find], { stdio: 'ignore' }).status === 0 ? path : undefined;
}

/** A contender that is a program of `bench/rivals` in Python. */
export function python(
  name: string,
  path: string,
  program: string,
  args: readonly string[],
  work: Pick<Contender, 'images' | 'flop'> = {},
): Promise<Contender> {
  const file = fileURLToPath(new URL(`../rivals/${program}`, import.meta.url));
  const env = { TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' };
  return remote(name, { command: path, args: [file, ...args], env }, work);
}
