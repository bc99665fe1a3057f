import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Installs packages, and gives a `require` that finds them and the peers of this repository. */
export function install(name, dependencies) {
  const folder = join(import.meta.dirname, '../../node_modules/.cache/fer-cnn-tests', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, dependencies }));
  const flags = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock'];
  execFileSync('npm', ['install', ...flags], { cwd: folder, stdio: 'ignore' });
  return createRequire(join(folder, 'index.js'));
}
