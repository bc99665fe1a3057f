import { join } from 'node:path';
import ts from 'typescript';
import { type CodeBlock, ROOT } from './documents';

/** Compiles blocks as modules of a folder of this repository, each for itself, and gives what the compiler says, with place and line. */
export function compile(blocks: readonly CodeBlock[], folder = ''): string[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const files = new Map(blocks.map((block, i) => [join(ROOT, folder, `block-${i}.ts`), block]));
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
