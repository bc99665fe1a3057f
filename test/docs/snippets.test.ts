import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks, DOCUMENTS, ROOT } from './documents';

const BLOCKS = DOCUMENTS.map((document) => ({ document, blocks: codeBlocks(document, ['ts']) }));

/** Compiles blocks as modules of this repository, each for itself, and gives what the compiler says, with place and line. */
function compile(blocks: readonly CodeBlock[]): string[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const files = new Map(blocks.map((block, i) => [join(ROOT, `block-${i}.ts`), block]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const block = files.get(path);
    return block ? ts.createSourceFile(path, block.code, rest[0]) : getSourceFile(path, ...rest);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([path, { place }]) => {
    const file = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((diagnostic) => {
      const line = file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1;
      return `${place} + ${line}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
    });
  });
}

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
