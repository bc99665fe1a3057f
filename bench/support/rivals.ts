import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../../scripts/support/install.mjs';
import { versionOf } from './machine';
import type { Program } from './remote';

const TFJS = '4.22.0';
const PACKAGES = {
  '@vladmandic/human': '3.3.6',
  '@vladmandic/face-api': '1.7.15',
  '@tensorflow/tfjs': TFJS,
  '@tensorflow/tfjs-backend-wasm': TFJS,
};

/** Where the rivals are installed: `$FER_CNN_BENCH_CACHE`, or a folder of the system's temporary one. */
const folder = resolve(process.env['FER_CNN_BENCH_CACHE'] ?? join(tmpdir(), 'fer-cnn-bench'));

/** The rivals that are npm packages. */
export type RivalName = 'human' | 'face-api';

/**
 * Installs the rivals outside of this package, unless they are there.
 *
 * @returns The folder, or undefined where they cannot be had, for instance without a network.
 */
export function installRivals(say: (text: string) => void): string | undefined {
  say(`${Object.keys(PACKAGES).join(', ')} in ${folder}, installed if they are not there`);
  try {
    install(folder, PACKAGES);
    return folder;
  } catch {
    return undefined;
  }
}

/** The program that runs a rival's network for expressions on WASM; with `once` it ends after the first face. */
export function rivalProgram(name: RivalName, home: string, once = false): Program {
  const file = fileURLToPath(new URL(`../rivals/${name}.cjs`, import.meta.url));
  return { command: process.execPath, args: [file, home, ...(once ? ['--once'] : [])], cwd: home };
}

/** Name and version of a rival. */
export function rivalTitle(name: RivalName, home: string): string {
  return `@vladmandic/${name} ${versionOf(`@vladmandic/${name}`, home)}`;
}
