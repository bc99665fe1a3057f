import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../support/backends';
import { ROOT } from './documents';
import { createProject, removeProject } from './project';

const execute = promisify(execFile);
const PROGRAMS = (await readdir(join(ROOT, 'examples'))).filter((file) => file.endsWith('.mjs'));

// Each program is run as it is, in an empty project with the built package and without the network.
describe('the programs of examples/', { timeout: 300_000 }, () => {
  let project = '';

  beforeAll(async () => {
    await useBackend('wasm');
    project = await createProject();
    for (const file of PROGRAMS) await copyFile(join(ROOT, 'examples', file), join(project, file));
  }, 120_000);

  afterAll(() => removeProject(project));

  const run = (file: string, ...args: string[]) =>
    execute(process.execPath, ['--import', './offline.mjs', file, ...args], { cwd: project });

  it.each(PROGRAMS)('%s has at most 40 lines', async (file) => {
    expect((await readFile(join(ROOT, 'examples', file), 'utf8')).split('\n').length - 1).toBeLessThanOrEqual(40);
  });

  it('classify-photo names the smile in a portrait, and says where there is no face', async () => {
    const { stdout } = await run('classify-photo.mjs', 'photo.jpg', 'blank.png');
    expect(stdout).toMatch(/^photo\.jpg: happy \d+ %, \w+ \d+ % at \d+,\d+\nblank\.png: no face found\n$/);
  });

  it('classify-photo reports a file that it cannot read, classifies the others and fails', async () => {
    const failure: unknown = await run('classify-photo.mjs', 'missing.jpg', 'photo.jpg').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('photo.jpg: happy'),
      stderr: expect.stringContaining('missing.jpg: expected a file that can be read'),
    });
  });

  it('train-own-labels learns few images and saves a model that knows the names of the folders', async () => {
    const { stdout } = await run('train-own-labels.mjs', 'faces', 'runs/own');
    expect(stdout).toContain('12 images to train on, 3 to validate on: bored, confused, engaged');
    expect(stdout).toMatch(/loss of each epoch:( \d\.\d\d){20}\n/);
    expect(stdout).toContain('| Accuracy | 100.0 % |');
    const card = JSON.parse(await readFile(join(project, 'runs/own/card.json'), 'utf8')) as { classNames: string[] };
    expect(card.classNames).toEqual(['bored', 'confused', 'engaged']);
  });

  it('http-server answers photos with faces, refuses what is too large or not an image, and goes on', async () => {
    const args = ['--import', './offline.mjs', 'http-server.mjs'];
    const server = spawn(process.execPath, args, { cwd: project, env: { ...process.env, PORT: '0' } });
    try {
      const [line] = (await once(server.stdout, 'data')) as [Buffer];
      const url = line.toString().trim();
      const post = async (body: Uint8Array<ArrayBuffer>) => {
        const response = await fetch(url, { method: 'POST', body });
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
      };
      const photo = new Uint8Array(await readFile(join(project, 'photo.jpg')));
      const [found, none] = [await post(photo), await post(new TextEncoder().encode('no image'))];
      expect(found).toMatchObject({
        status: 200,
        body: { faces: [{ predictions: [{ className: 'happy' }, {}, {}] }] },
      });
      expect(none).toMatchObject({ status: 400, body: { error: expect.stringContaining('expected') } });
      expect((await post(new Uint8Array(10_000_001))).status).toBe(413);
      const many = await Promise.all(Array.from({ length: 20 }, () => post(photo)));
      expect(many.map(({ status }) => status).filter((status) => status !== 503)).toContain(200);
      expect((await post(photo)).status).toBe(200);
    } finally {
      server.kill();
    }
  });

  it('evaluate scores a stored model and writes the report', async () => {
    const { stdout } = await run('evaluate.mjs', 'runs/mine', 'fer2013.csv.gz', 'report.md');
    expect(stdout).toMatch(
      /^accuracy [\d.]+ % \([\d.]+ % to [\d.]+ %\) of 21 images\nwithout images of Training: [\d.]+ %\n$/,
    );
    expect(await readFile(join(project, 'report.md'), 'utf8')).toContain('### Confusion matrix');
  });
});
