import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
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
