import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/fer-cnn-tests'); // so that they share the peers that are there

/**
 * Installs packages that are too large for a development dependency, unless they are there. Install scripts do not run.
 *
 * @param {string} place Name of a folder below `node_modules`, or a whole path.
 * @param {Readonly<Record<string, string>>} packages Packages and their exact versions.
 * @returns {NodeJS.Require} A `require` that finds them.
 * @throws If they cannot be had, for instance without a network.
 */
export function install(place, packages) {
  const folder = resolve(CACHE, place);
  if (!Object.entries(packages).every(([id, version]) => versionIn(folder, id) === version)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
    const flags = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock'];
    execFileSync('npm', ['install', ...flags], { cwd: folder, stdio: 'ignore', timeout: 120_000 });
  }
  return createRequire(join(folder, 'index.js'));
}

function versionIn(folder, id) {
  try {
    return JSON.parse(readFileSync(join(folder, 'node_modules', id, 'package.json'), 'utf8')).version;
  } catch {
    return undefined; // not installed
  }
}
