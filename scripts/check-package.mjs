// Packs the built package and lets publint and attw look at it: not a single message is allowed.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const directory = await mkdtemp(join(tmpdir(), 'fer-cnn-pack-'));
const run = (command, ...args) => spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status;
try {
  if (run('npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', directory) !== 0) process.exit(1);
  const file = join(directory, (await readdir(directory))[0]);
  const { buffer, byteOffset, byteLength } = await readFile(file);
  const { messages, pkg } = await publint({
    pack: { tarball: buffer.slice(byteOffset, byteOffset + byteLength) },
    strict: true,
  });
  for (const message of messages) console.error(`publint: ${formatMessage(message, pkg)}`);
  // node10 knows no subpaths; Node 20, the oldest that is supported, resolves as node16 does
  // folder-worker and train-worker are programs that Node is told to run, never modules that CommonJS requires,
  // and weights are ES modules only, which both module systems import() where they are needed
  const options = [
    '--profile',
    'node16',
    '--format',
    'ascii',
    '--exclude-entrypoints',
    'folder-worker',
    'train-worker',
    'weights/blazeface',
  ];
  const types = run('node_modules/.bin/attw', file, ...options);
  if (messages.length > 0 || types !== 0) process.exitCode = 1;
  else console.log('publint and attw have nothing to say.');
} finally {
  await rm(directory, { recursive: true });
}
