import { describe, expect, it } from 'vitest';
import { codeBlocks, DOCUMENTS } from './documents';
import { needOf, run, useReadersFolder } from './run';

const BLOCKS = DOCUMENTS.flatMap((document) => codeBlocks(document, ['ts']));
const RUNNABLE = BLOCKS.filter(({ code }) => needOf(code) === undefined);

describe('the code blocks of the guides', () => {
  useReadersFolder();

  it('run, most of them', () => {
    expect(RUNNABLE.length).toBeGreaterThan(BLOCKS.length / 2);
  });

  it.each(RUNNABLE)('run from $place', run, 60_000);
});
