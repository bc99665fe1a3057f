import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type CodeBlock, ROOT } from './documents';

/** Something that an entry exports, with the examples of its docstring and of those of its members. */
export interface Documented {
  name: string;
  /** The module that exports it. */
  entry: string;
  isType: boolean;
  /** Whether it is a function or a class. */
  isCallable: boolean;
  examples: CodeBlock[];
  memberExamples: CodeBlock[];
}

const files = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  const known = files.get(file);
  if (known) return known;
  const parsed = ts.createSourceFile(file, readFileSync(join(ROOT, 'src', file), 'utf8'), ts.ScriptTarget.ES2022, true);
  files.set(file, parsed);
  return parsed;
}

/** The statement that declares a name, in a file or in one from which that exports it. */
function declarationOf(file: string, name: string): ts.Statement {
  const { statements } = parse(file);
  const declaration = statements.find((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.some((declaration) => declaration.name.getText() === name);
    }
    const named =
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement);
    return named && statement.name?.text === name;
  });
  if (declaration) return declaration;
  for (const statement of statements) {
    if (!ts.isExportDeclaration(statement) || !statement.exportClause) continue;
    const { elements } = statement.exportClause as ts.NamedExports;
    const element = elements.find((each) => each.name.text === name);
    if (element) return declarationOf(sourceOf(file, statement), (element.propertyName ?? element.name).text);
  }
  throw new Error(`src/${file}: expected a declaration of ${name}.`);
}

/** The file from which another one exports. */
function sourceOf(file: string, { moduleSpecifier }: ts.ExportDeclaration): string {
  const path = join(file, '..', (moduleSpecifier as ts.StringLiteral).text);
  return existsSync(join(ROOT, 'src', `${path}.ts`)) ? `${path}.ts` : join(path, 'index.ts');
}

function examplesOf(node: ts.Node, place: string): CodeBlock[] {
  return ts
    .getJSDocTags(node)
    .filter((tag) => tag.tagName.text === 'example')
    .map((tag, i) => {
      const text = ts.getTextOfJSDocComment(tag.comment) ?? '';
      const [, language = '', code = text] = /^```(\w+)\n([^]*?)^```$/m.exec(text) ?? [];
      return { place: i === 0 ? place : `${place} ${i + 1}`, language, code };
    });
}

/** All that an entry exports. */
function exportsOf(index: string): Documented[] {
  const entry = join('fer-cnn', index, '..');
  return parse(index).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) return [];
    const file = sourceOf(index, statement);
    return (statement.exportClause as ts.NamedExports).elements.map((element) => {
      const name = element.name.text;
      const isType = statement.isTypeOnly || element.isTypeOnly;
      const declaration = declarationOf(file, (element.propertyName ?? element.name).text);
      const isCallable = ts.isFunctionDeclaration(declaration) || ts.isClassDeclaration(declaration);
      const members = ts.isClassDeclaration(declaration) ? [...declaration.members] : [];
      const memberExamples = members.flatMap((member) => examplesOf(member, `${name}.${member.name?.getText()}`));
      return { name, entry, isType, isCallable, examples: examplesOf(declaration, name), memberExamples };
    });
  });
}

/** All that the package exports. */
export const EXPORTS: readonly Documented[] = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(\w+\/)?index\.ts$/.test(file))
  .flatMap(exportsOf);

/** Names that a program uses but does not declare, globals among them. */
export function freeNames(code: string): Set<string> {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isName = 'name' in parent && parent.name === node;
      if (isName && (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent))) return;
      if (isName && !ts.isShorthandPropertyAssignment(parent)) declared.add(node.text);
      else if (!('propertyName' in parent && parent.propertyName === node)) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true));
  return new Set([...used].filter((name) => !declared.has(name)));
}
