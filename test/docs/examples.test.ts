import * as tf from '@tensorflow/tfjs-core';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import * as curation from '../../src/curation';
import * as metrics from '../../src/metrics';
import * as fer from '../../src/index';
import { compile } from './compile';
import { EXPORTS, freeNames } from './docstrings';
import { type CodeBlock, read } from './documents';
import * as reader from './reader';
import { needOf, run, useReadersFolder } from './run';

const EXAMPLES = EXPORTS.flatMap(({ examples, memberExamples }) => [...examples, ...memberExamples]);

/** What a reader has that is not here. */
const DECLARED = new Set(
  Array.from(read('test/docs/reader.ts').matchAll(/^export declare const (\w+)/gm), ([, name]) => name!),
);

/** Where names come from that an example uses and neither declares nor imports. */
const IMPORTS = new Map<string, string>([
  ...[...Object.keys(reader), ...DECLARED].map((name) => [name, `import { ${name} } from '../reader';`] as const),
  ...['readFile', 'writeFile'].map((name) => [name, `import { ${name} } from 'node:fs/promises';`] as const),
  ['tf', "import * as tf from '@tensorflow/tfjs-core';"],
  ['tfl', "import * as tfl from '@tensorflow/tfjs-layers';"],
  ...EXPORTS.map(
    ({ name, entry, isType }) => [name, `import { ${isType ? 'type ' : ''}${name} } from '${entry}';`] as const,
  ),
]);

/** The example as a module in a folder below this one. */
function toModule({ place, language, code }: CodeBlock): CodeBlock {
  const imports = [...freeNames(code)].flatMap((name) => IMPORTS.get(name) ?? []);
  return { place, language, code: [...imports, code, 'export {};'].join('\n') };
}

/** Whether an example can be run here and is not there to fail. */
function isRunnable({ code }: CodeBlock): boolean {
  const fails = /^throw |\/\/ rejects with/m.test(code);
  return !fails && needOf(code) === undefined && ![...freeNames(code)].some((name) => DECLARED.has(name));
}

const MODULES = EXAMPLES.map(toModule);
const RUNNABLE = EXAMPLES.filter(isRunnable).map(toModule);

describe('the examples of the reference', () => {
  it('are at every function and class', () => {
    const callable = EXPORTS.filter(({ isCallable }) => isCallable);
    expect(callable.length).toBeGreaterThan(60);
    expect(callable.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
    expect(EXAMPLES.filter(({ language }) => language !== 'ts').map(({ place }) => place)).toEqual([]);
  });

  describe('compile', () => {
    let faults: string[] = [];

    beforeAll(() => {
      faults = compile(MODULES, 'test/docs/.blocks');
    });

    it.each(MODULES)('$place', ({ place }) => {
      expect(faults.filter((fault) => fault.startsWith(`${place} +`))).toEqual([]);
    });
  });

  describe('run', () => {
    useReadersFolder();

    it.each(RUNNABLE)('$place', run, 180_000);

    it('in most cases', () => {
      expect(RUNNABLE.length).toBeGreaterThan(0.75 * EXAMPLES.length);
    });
  });
});

/** Lines of examples like `argmaxRows([1, 3], 2); // [1]`, which say what comes out. */
const STATED = EXAMPLES.flatMap(({ place, code }) =>
  Array.from(code.matchAll(/^(?!const|await|import|\/\/)(.+); \/\/ (.+)$/gm), ([, expression, stated]) => {
    return { place, expression: expression!, stated: stated! };
  }),
);

/** Evaluates an expression in which all exports, and tf, can be named. Undefined if it is prose, or names what only its reader has. */
function evaluate(expression: string): { value: unknown } | undefined {
  const scope: Record<string, unknown> = { ...fer, ...metrics, ...curation, tf };
  const compilerOptions = { target: ts.ScriptTarget.ES2022 };
  const transpiled = ts.transpileModule(`return (${expression});`, { reportDiagnostics: true, compilerOptions });
  if (transpiled.diagnostics!.length > 0) return undefined;
  try {
    return { value: new Function(...Object.keys(scope), transpiled.outputText)(...Object.values(scope)) };
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

describe('what the examples of the reference say', () => {
  const checkable = STATED.flatMap((each) => {
    const stated = evaluate(each.stated) ?? evaluate(each.stated.replace(/[:,] .*$/, ''));
    const result = stated && evaluate(each.expression);
    return result ? [{ ...each, expected: stated.value, value: result.value }] : [];
  });

  it.each(checkable)('comes out: $expression', ({ value, expected }) => {
    const read = value instanceof tf.Tensor ? value.arraySync() : value;
    const plain = { result: ArrayBuffer.isView(read) ? Array.from(read as Float32Array) : read };
    expect(plain).toMatchObject({ result: rounded(expected) });
  });

  it('can be checked in a fair number of cases', () => {
    expect(checkable.length).toBeGreaterThan(25);
  });
});
