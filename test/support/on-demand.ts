import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { ROOT } from '../docs/documents';

/**
 * Installs packages that are too large for a development dependency, once, below `node_modules`, so that they share the peers that are
 * there. The versions must be exact.
 *
 * @param name Name of the folder.
 * @param packages Packages and their versions.
 * @returns A `require` that finds them, or undefined where they cannot be had, for instance without a network.
 */
export async function installOnDemand(
  name: string,
  packages: Readonly<Record<string, string>>,
): Promise<NodeJS.Require | undefined> {
  const folder = `${ROOT}node_modules/.cache/fer-cnn-tests/${name}/`;
  const require = createRequire(folder);
  const has = ([id, version]: [string, string]) => {
    try {
      return require(`${folder}node_modules/${id}/package.json`).version === version;
    } catch {
      return false;
    }
  };
  const wanted = Object.entries(packages);
  if (wanted.every(has)) return require;
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}package.json`, JSON.stringify({ name, private: true, dependencies: packages }));
  const flags = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock'];
  try {
    await promisify(execFile)('npm', ['install', ...flags], { cwd: folder, timeout: 120_000 });
  } catch {
    return undefined;
  }
  return wanted.every(has) ? require : undefined;
}
