import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../support/backends';
import { installOnDemand } from '../support/on-demand';
import { codeBlocks, ROOT } from './documents';
import { createProject, removeProject, runFresh } from './project';

/** The detectors of docs/faces.md that run in Node, and what they need: as the install lines there say. */
const RECIPES = [
  ['human', { '@vladmandic/human': '3.3.6', '@tensorflow/tfjs-converter': '4.22.0' }],
  ['face-api', { '@vladmandic/face-api': '1.7.15', '@tensorflow/tfjs': '4.22.0' }],
] as const;

for (const [name, packages] of RECIPES) {
  const installed = await installOnDemand(name, packages);

  // Installed when this runs; without a network the recipe is skipped.
  describe.skipIf(!installed)(`the recipe of docs/faces.md for ${name} in Node`, () => {
    let project = '';

    beforeAll(async () => {
      await useBackend('wasm');
      project = await createProject();
      for (const id of Object.keys(packages)) {
        await mkdir(join(project, 'node_modules', id, '..'), { recursive: true });
        const from = join(ROOT, 'node_modules/.cache/fer-cnn-tests', name, 'node_modules', id);
        await symlink(from, join(project, 'node_modules', id)).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error; // a package that the project has already
        });
      }
    }, 120_000);

    afterAll(() => removeProject(project));

    const blocks = codeBlocks('docs/faces.md', ['js']).filter(({ code }) => code.includes(`@vladmandic/${name}`));

    it.each(blocks)('runs from $place as it stands', (block) => runFresh(project, block), 300_000);
  });
}

describe('the recipe of docs/environments.md for Vite', () => {
  let project = '';

  beforeAll(async () => {
    await useBackend('wasm');
    project = await createProject();
    await symlink(join(ROOT, 'node_modules/vite'), join(project, 'node_modules/vite'));
  }, 120_000);

  afterAll(() => removeProject(project));

  it('builds as it stands, with all three WASM files and a chunk for each model', { timeout: 300_000 }, async () => {
    const files = codeBlocks('docs/environments.md', ['js']).flatMap(({ code }) => {
      const [, name] = /^\/\/ (main\.js for Vite|vite\.config\.js)\n/.exec(code) ?? [];
      return name ? [[name.split(' ')[0]!, code] as const] : [];
    });
    expect(files.map(([name]) => name)).toEqual(['main.js', 'vite.config.js']);
    for (const [name, code] of files) await writeFile(join(project, name), code);
    await writeFile(join(project, 'index.html'), '<img /><script type="module" src="/main.js"></script>');
    await promisify(execFile)(process.execPath, ['node_modules/vite/bin/vite.js', 'build'], { cwd: project });
    const built = await readdir(join(project, 'dist/assets'));
    expect(built.filter((file) => file.endsWith('.wasm'))).toHaveLength(3);
    for (const model of ['compact', 'deep', 'shallow']) {
      expect(built.filter((file) => file.startsWith(`${model}-`))).toHaveLength(1);
    }
  });
});
