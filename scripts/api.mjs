// Writes what the built package exports, with all signatures and without comments, as one report, so that a change of the public
// interface shows in a diff.
// Usage: node scripts/api.mjs [--update]     without --update it fails if the committed report differs
import { readFile, writeFile } from 'node:fs/promises';
import ts from 'typescript';

const REPORT = 'api/fer-cnn.api.md';
const { name, exports } = JSON.parse(await readFile('package.json', 'utf8'));
const ENTRIES = Object.fromEntries(
  Object.entries(exports).flatMap(([entry, { import: esm }]) => (esm ? [[name + entry.slice(1), esm.types]] : [])),
);

const program = ts.createProgram(Object.values(ENTRIES), {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
});
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

/** The declarations of an exported symbol, each as one piece of code. */
function declarationsOf(symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  if (!target.declarations) throw new Error(`${symbol.name} has no declaration`);
  return target.declarations.map((declaration) => {
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const code = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
    return code.replace(/^(export )?(declare )?/, '');
  });
}

function section([name, file]) {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is missing: run npm run build`);
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
  const codes = symbols
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((symbol) => declarationsOf(symbol).join('\n'));
  return `## ${name}\n\n${symbols.length} exports.\n\n\`\`\`ts\n${codes.join('\n\n')}\n\`\`\`\n`;
}

const text = `# Public interface\n\nWritten by \`npm run api -- --update\`. A change here is a change of the package's interface: see [versions](../docs/versions.md).\n\n${Object.entries(ENTRIES).map(section).join('\n')}`;

if (process.argv.includes('--update')) await writeFile(REPORT, text);
else if (text !== (await readFile(REPORT, 'utf8').catch(() => ''))) {
  console.error(`${REPORT} differs from what the built package exports. Run npm run api -- --update and commit it.`);
  process.exit(1);
}
