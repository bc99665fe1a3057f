// Writes what the built package exports, with all signatures and without comments, as one report, so that a change of the public
// interface shows in a diff. Prints the number of exported names, and fails if there are too many or if a value is used by no guide, no
// example and no command. Types of which none of these speaks are listed: those that users never name should stay inside.
// Usage: node scripts/api.mjs [--update]     without --update it fails if the committed report differs
import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import ts from 'typescript';

const REPORT = 'api/fer-cnn.api.md';
const MOST = 190; // exports of all entries together, types included: 160, and 30 for own expressions, resting faces and transfer
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
  const isTypeOnly = symbol.declarations?.some((declaration) => ts.isTypeOnlyExportDeclaration(declaration));
  return target.declarations.map((declaration) => {
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const code = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
    return `${isTypeOnly && ts.isClassDeclaration(node) ? '// type only\n' : ''}${code.replace(/^(export )?(declare )?/, '')}`;
  });
}

/** The exported symbols of a file of declarations, by name. */
function symbolsOf(file) {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is missing: run npm run build`);
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
  return symbols.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function section([entry, file]) {
  const symbols = symbolsOf(file);
  const codes = symbols.map((symbol) => declarationsOf(symbol).join('\n'));
  return `## ${entry}\n\n${symbols.length} exports.\n\n\`\`\`ts\n${codes.join('\n\n')}\n\`\`\`\n`;
}

const filesBelow = (folder, ending) =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [])
    .filter((file) => ending.test(file))
    .map((file) => `${folder}/${file}`);

/** All that shows a reader how to use the package: guides, examples and the command line. */
async function usesOfExports() {
  const files = [
    'README.md',
    ...filesBelow('docs', /^[\w-]+\.md$/),
    ...filesBelow('examples', /\.ts$/),
    ...filesBelow('src/cli', /\.ts$/),
    ...filesBelow('bin', /\.mjs$/),
  ];
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
}

const symbols = new Map(
  Object.values(ENTRIES)
    .flatMap(symbolsOf)
    .map((symbol) => [symbol.name, symbol]),
);
console.log(`${symbols.size} exports, at most ${MOST} allowed.`);
const used = new Set((await usesOfExports()).match(/\b[A-Za-z_]\w+\b/g));
const unused = [...symbols.keys()].filter((each) => !used.has(each)).sort();
const isValue = (symbol) =>
  Boolean(
    (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).flags & ts.SymbolFlags.Value,
  );
const values = unused.filter((each) => isValue(symbols.get(each)));
const types = unused.filter((each) => !values.includes(each));
if (types.length > 0) console.log(`Types that no guide, example or command names: ${types.join(', ')}.`);
if (values.length > 0) console.error(`Used by no guide, example or command: ${values.join(', ')}.`);
if (symbols.size > MOST || values.length > 0) process.exitCode = 1;

const text = `# Public interface\n\nWritten by \`npm run api -- --update\`. A change here is a change of the package's interface: see [versions](../docs/versions.md).\n\n${Object.entries(ENTRIES).map(section).join('\n')}`;

if (process.argv.includes('--update')) await writeFile(REPORT, text);
else if (text !== (await readFile(REPORT, 'utf8').catch(() => ''))) {
  console.error(`${REPORT} differs from what the built package exports. Run npm run api -- --update and commit it.`);
  process.exitCode = 1;
}
