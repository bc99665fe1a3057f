import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A Python that has the packages: `$FER_CNN_PYTHON`, else `python3`. Undefined where neither has them; suites that need it are then skipped.
 */
export function findPython(...packages: readonly string[]): string | undefined {
  const check = `import importlib.util as u, sys; sys.exit(not all(u.find_spec(name) for name in sys.argv[1:]))`;
  return [process.env['FER_CNN_PYTHON'], 'python3'].find((python) => {
    if (!python) return false;
    try {
      execFileSync(python, ['-c', check, ...packages], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** What a suite that needs Python packages is called, so that it tells why it is skipped. */
export function needsPython(title: string, python: string | undefined, ...packages: readonly string[]): string {
  return python ? title : `${title} (skipped: neither $FER_CNN_PYTHON nor python3 has ${packages.join(', ')})`;
}

/** Runs a Python script and gives what it prints; fails with what it prints on the error stream. */
export async function runPython(python: string, script: string, ...args: readonly string[]): Promise<string> {
  const quiet = { TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '', PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await run(python, [script, ...args], { env: { ...process.env, ...quiet }, maxBuffer: 1 << 26 });
  return stdout;
}
