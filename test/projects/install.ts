import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, run } from '../environments/app';
import type { Project } from './documented';

/** Packs the package into a folder of its own and gives the path of the tarball. */
export async function pack(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-packed-'));
  await run(ROOT, 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
  return join(folder, (await readdir(folder))[0]!);
}

/**
 * Writes the files of a project into a new folder and installs what it needs. Nothing is changed but the version of fer-cnn, which is the
 * packed one.
 *
 * @returns The folder.
 */
export async function install({ files }: Project, tarball: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-project-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const project = JSON.parse(files['package.json']!) as { dependencies: Record<string, string> };
  project.dependencies['fer-cnn'] = `file:${tarball}`;
  await writeFile(join(folder, 'package.json'), JSON.stringify(project));
  await run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline');
  return folder;
}
