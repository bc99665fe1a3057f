import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as curation from '../../src/curation';
import * as evaluation from '../../src/evaluate';
import * as fer from '../../src/index';
import { ROOT } from './documents';

/** A function, class or constant that is exported, with the examples of its docstring. */
interface Documented {
  name: string;
  examples: string[];
}

const parse = (file: string) =>
  ts.createSourceFile(file, readFileSync(join(ROOT, 'src', file), 'utf8'), ts.ScriptTarget.ES2022, true);

/** The values that an entry exports, each with the file that it comes from. */
function exportsOf(entry: string): { name: string; file: string }[] {
  return parse(entry).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly || !statement.exportClause) return [];
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    const file = join(entry, '..', `${from}.ts`);
    const names = (statement.exportClause as ts.NamedExports).elements.filter((element) => !element.isTypeOnly);
    return names.map((element) => ({ name: (element.propertyName ?? element.name).text, file }));
  });
}

/** What a name stands for in a file, with its examples. */
function documented({ name, file }: { name: string; file: string }): Documented[] {
  const declared = parse(file).statements.find((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.some((declaration) => declaration.name.getText() === name);
    }
    const named = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return named && statement.name?.text === name;
  });
  if (!declared) return [];
  const tags = ts.getJSDocTags(declared).filter((tag) => tag.tagName.text === 'example');
  return [{ name, examples: tags.map((tag) => ts.getTextOfJSDocComment(tag.comment) ?? '') }];
}

const ENTRIES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^(\w+\/)?index\.ts$/.test(file),
);
const EXPORTS = ENTRIES.flatMap((entry) => exportsOf(entry).flatMap(documented));

/** Lines of examples like `argmaxRows([1, 3], 2); // [1]`, which say what comes out. */
const STATED = EXPORTS.flatMap(({ name, examples }) =>
  examples
    .flatMap((example) => Array.from(example.matchAll(/^(?!const|await|import|\/\/)(.+); \/\/ (.+)$/gm)))
    .map(([, expression, comment]) => ({ name, expression: expression!, stated: comment! })),
);

/** Evaluates JavaScript in which all exports, and tf, can be named. Undefined if it is prose, or names what only its reader has. */
function evaluate(code: string): { value: unknown } | undefined {
  const scope: Record<string, unknown> = { ...fer, ...evaluation, ...curation, tf };
  try {
    return { value: new Function(...Object.keys(scope), `return (${code});`)(...Object.values(scope)) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** What an example states, with its numbers to the digits that it gives. */
function rounded(stated: unknown): unknown {
  if (typeof stated === 'number') return expect.closeTo(stated, `${stated}`.split('.')[1]?.length ?? 0);
  if (Array.isArray(stated)) return stated.map(rounded);
  if (typeof stated !== 'object' || stated === null) return stated;
  return Object.fromEntries(Object.entries(stated).map(([key, value]) => [key, rounded(value)]));
}

describe('the examples of the reference', () => {
  it('stand at every function, class and constant that is exported', () => {
    expect(EXPORTS.length).toBeGreaterThan(60);
    expect(EXPORTS.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
  });

  it('are TypeScript without errors of syntax', () => {
    for (const { name, examples } of EXPORTS) {
      for (const example of examples) {
        const code = /^```ts\n([^]*?)^```$/m.exec(example)?.[1];
        expect(code, name).toBeDefined();
        const { diagnostics } = ts.transpileModule(code!, {
          reportDiagnostics: true,
          compilerOptions: { module: ts.ModuleKind.ESNext },
        });
        expect(diagnostics, name).toEqual([]);
      }
    }
  });

  const checkable = STATED.flatMap((each) => {
    const stated = evaluate(each.stated) ?? evaluate(each.stated.replace(/[:,] .*$/, ''));
    const result = stated && evaluate(each.expression);
    return result ? [{ ...each, expected: stated.value, value: result.value }] : [];
  });

  it.each(checkable)('give what they say: $expression', ({ value, expected }) => {
    const read = value instanceof tf.Tensor ? value.arraySync() : value;
    const plain = { result: ArrayBuffer.isView(read) ? Array.from(read as Float32Array) : read };
    expect(plain).toMatchObject({ result: rounded(expected) });
  });

  it('give what they say in a fair number of cases', () => {
    expect(checkable.length).toBeGreaterThan(16);
  });
});
