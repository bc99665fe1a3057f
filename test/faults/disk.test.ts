import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('saving.mjs', import.meta.url));
const PATIENCE = 120_000; // milliseconds; programs start slowly on a busy machine

/** Whether this user may mount file systems, in a namespace of its own that ends with the command. */
const mayMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

/** What the program prints: one line of JSON. */
interface Outcome {
  name: string;
  message: string;
  code: string;
  whole: boolean;
  files: string[];
}

describe('saving weights and checkpoints', () => {
  let directory = '';
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'fer-cnn-disk-'))));
  afterAll(() => rm(directory, { recursive: true }));

  /** Runs the program in a shell that has set a limit or mounted something at $1. */
  async function save(...shell: string[]): Promise<Outcome[]> {
    const [command = '', ...args] = [...shell, process.execPath, PROGRAM, directory];
    const { stdout } = await run(command, args);
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Outcome[];
  }

  it.skipIf(process.platform === 'win32')(
    'leaves the old files whole where a file may not grow further, and says so',
    async () => {
      // 64 blocks of 512 or 1024 bytes: enough for the old files, too little for the new ones; the signal is ignored
      const outcomes = await save('sh', '-c', 'ulimit -f 64; trap "" XFSZ; exec "$@"', 'sh');
      for (const { name, message, code, whole, files } of outcomes) {
        expect(message).toMatch(/: expected a file that can be written, received EFBIG: file too large/);
        expect({ name, code, whole }).toEqual({ name: 'FerError', code: 'EFBIG', whole: true });
        expect(files.filter((file) => file.endsWith('.partial'))).toEqual([]);
      }
      expect(outcomes).toHaveLength(2);
    },
    PATIENCE,
  );

  it.skipIf(!mayMount)(
    'leaves the old files whole on a full disk, and says so (skipped where mounting is not allowed)',
    async () => {
      const mount = 'mount -t tmpfs -o size=64k tmpfs "$(eval echo \\"\\${$#}\\")" && exec "$@"';
      const outcomes = await save('unshare', '--mount', 'sh', '-c', mount, 'sh');
      for (const { name, message, code, whole } of outcomes) {
        expect(message).toMatch(/: expected a file that can be written, received ENOSPC: no space left on device/);
        expect({ name, code, whole }).toEqual({ name: 'FerError', code: 'ENOSPC', whole: true });
      }
      expect(outcomes).toHaveLength(2);
    },
    PATIENCE,
  );

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'leaves the old files whole in folders that may not be written to, and says so (skipped for root, who may)',
    async () => {
      await save('sh', '-c', 'exec "$@"', 'sh');
      const folders = ['model', 'run'].map((name) => join(directory, name));
      const before = await readFile(join(directory, 'model', 'weights.bin'));
      for (const folder of folders) await chmod(folder, 0o555);
      const outcomes = await save('sh', '-c', 'exec "$@"', 'sh').finally(() =>
        Promise.all(folders.map((folder) => chmod(folder, 0o755))),
      );
      for (const { name, code, whole } of outcomes) {
        expect({ name, code, whole }).toEqual({ name: 'FerError', code: 'EACCES', whole: true });
      }
      expect(outcomes).toHaveLength(2);
      expect(await readFile(join(directory, 'model', 'weights.bin'))).toEqual(before);
    },
    PATIENCE,
  );

  it.skipIf(!mayMount)(
    'leaves the old files whole on a read-only disk, and says so (skipped where mounting is not allowed)',
    async () => {
      await save('sh', '-c', 'exec "$@"', 'sh'); // writes old and new files, there being no limit
      const before = await readFile(join(directory, 'model', 'weights.bin'));
      const mount = 'd="$(eval echo \\"\\${$#}\\")"; mount --bind -o ro "$d" "$d" && exec "$@"';
      const outcomes = await save('unshare', '--mount', 'sh', '-c', mount, 'sh');
      for (const { name, code } of outcomes) expect({ name, code }).toEqual({ name: 'FerError', code: 'EROFS' });
      expect(outcomes).toHaveLength(2);
      expect(await readFile(join(directory, 'model', 'weights.bin'))).toEqual(before);
      expect(await readdir(join(directory, 'model'))).toEqual(['card.json', 'model.json', 'weights.bin']);
    },
    PATIENCE,
  );
});
