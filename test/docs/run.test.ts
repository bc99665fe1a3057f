import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../support/backends';
import { codeBlocks, DOCUMENTS } from './documents';
import { createProject, needOf, removeProject, runFresh } from './project';

const BLOCKS = DOCUMENTS.flatMap((document) => codeBlocks(document, ['ts', 'js']));
const RUNNABLE = BLOCKS.filter(({ code }) => needOf(code) === undefined);

describe('the code blocks of the guides', () => {
  let project = '';

  beforeAll(async () => {
    await useBackend('wasm');
    project = await createProject();
  }, 120_000);

  afterAll(() => removeProject(project));

  it('run, most of them', () => {
    expect(RUNNABLE.length).toBeGreaterThan(0.6 * BLOCKS.length);
  });

  it.each(RUNNABLE)(
    'run from $place as they stand, in a fresh process of Node',
    (block) => runFresh(project, block),
    300_000,
  );
});
