import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { versionOf } from './machine';
import type { Program } from './remote';

const TFJS = '4.22.0';
const PACKAGES = [
  '@vladmandic/human@3.3.6',
  '@vladmandic/face-api@1.7.15',
  `@tensorflow/tfjs@${TFJS}`,
  `@tensorflow/tfjs-backend-wasm@${TFJS}`,
];

/** Where the rivals are installed: `$FER_CNN_BENCH_CACHE`, or a folder of the system's temporary one. */
const folder = process.env['FER_CNN_BENCH_CACHE'] ?? join(tmpdir(), 'fer-cnn-bench');

/** The rivals that are npm packages. */
export type RivalName = 'human' | 'face-api';

/**
 * Installs the rivals outside of this package, once; install scripts do not run.
 *
 * @returns The folder, or undefined where they cannot be had, for instance without a network.
 */
export function installRivals(say: (text: string) => void): string | undefined {
  if (existsSync(join(folder, 'node_modules/@vladmandic/human/package.json'))) return folder;
  say(`installing ${PACKAGES.join(', ')} in ${folder}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  try {
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', ...PACKAGES];
    execFileSync('npm', args, { cwd: folder, stdio: 'ignore' });
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
