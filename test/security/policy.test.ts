import { execFile } from 'node:child_process';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const at = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Node 20 calls the permission model experimental. */
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

describe('the built package under a policy', () => {
  let folder = '';
  let outside = '';
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'fer-cnn-policy-')));
    outside = await realpath(await mkdtemp(join(tmpdir(), 'fer-cnn-outside-')));
  });
  afterAll(() => Promise.all([folder, outside].map((each) => rm(each, { recursive: true }))));

  it('loads, trains, evaluates, saves, classifies, explains, audits and exchanges models without network, generated code, or files outside the folder that it is given', async () => {
    const policy = [
      PERMISSION,
      `--allow-fs-read=${ROOT}*`,
      `--allow-fs-read=${await realpath(join(ROOT, 'node_modules'))}/*`, // which may be a link
      `--allow-fs-read=${folder}/*`,
      `--allow-fs-write=${folder}/*`,
      '--disallow-code-generation-from-strings',
      `--require=${at('no-network.cjs')}`,
    ];
    const args = [...policy, at('program.mjs'), folder, join(outside, 'file')];
    const { stdout } = await run(process.execPath, args, { cwd: ROOT });
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({
      ...{
        rows: 3,
        steps: 2,
        scored: expect.anything(),
        classes: 7,
        others: 4,
        bundled: true,
        left: 0,
        attemptsOfTheLibrary: 0,
      },
      forbidden: {
        eval: expect.stringMatching(/Code generation from strings disallowed/),
        function: expect.stringMatching(/Code generation from strings disallowed/),
        write: 'ERR_ACCESS_DENIED',
        connect: 'network access by net.Socket',
        fetch: 'network access by fetch',
      },
    });
    expect(await readdir(outside)).toEqual([]);
    const files = (await readdir(folder, { recursive: true })).toSorted();
    expect(files.filter((file) => file.endsWith('.partial'))).toEqual([]);
    expect(files).toContain(join('run', 'checkpoint.bin'));
  }, 120_000);
});
