import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from './compile';
import { codeBlocks, DOCUMENTS } from './documents';

const BLOCKS = DOCUMENTS.map((document) => ({ document, blocks: codeBlocks(document, ['ts']) }));

describe('the code blocks of the guides', () => {
  let faults: string[] = [];

  beforeAll(() => {
    faults = compile(BLOCKS.flatMap(({ blocks }) => blocks));
  });

  it.each(BLOCKS.filter(({ blocks }) => blocks.length > 0))('compile in $document', ({ document }) => {
    expect(faults.filter((fault) => fault.startsWith(`${document}:`))).toEqual([]);
  });

  it('are modules that stand for themselves, and there are some', () => {
    const blocks = BLOCKS.flatMap((each) => each.blocks);
    expect(blocks.length).toBeGreaterThan(20);
    expect(blocks.filter(({ code }) => !/^(import|export) /m.test(code)).map(({ place }) => place)).toEqual([]);
  });

  it('are refused where they are wrong', () => {
    const code = "import { train } from 'fer-cnn';\nawait train();\nexport const x: string = 1;\n";
    expect(compile([{ place: 'here:1', language: 'ts', code }])).toEqual([
      expect.stringContaining('here:1 + 2: Expected 3 arguments'),
      expect.stringContaining("here:1 + 3: Type 'number' is not assignable"),
    ]);
  });

  it('in plain JavaScript have no syntax errors', () => {
    for (const { place, code } of DOCUMENTS.flatMap((document) => codeBlocks(document, ['js']))) {
      const { diagnostics } = ts.transpileModule(code, { reportDiagnostics: true });
      expect(diagnostics, place).toEqual([]);
    }
  });
});
