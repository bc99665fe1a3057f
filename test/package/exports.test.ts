import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The entries in the report of the public interface, each with the values that its declarations promise. */
const DECLARED = readFileSync(`${ROOT}api/fer-cnn.api.md`, 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const entry = section.slice(0, section.indexOf('\n'));
    const declared = Array.from(section.matchAll(/^(?:function|const|class) (\w+)/gm), ([, name]) => name!);
    const types = typesOf(entry); // classes among them
    const names = declared.filter((name) => !types.includes(name));
    return { entry, names: [...new Set(names)].sort() };
  });

/** What the source of an entry exports as types. */
function typesOf(entry: string): string[] {
  const source = readFileSync(`${ROOT}src${entry.slice('fer-cnn'.length)}/index.ts`, 'utf8');
  const lists = source.matchAll(/^export type \{([^}]*)\}/gm);
  return Array.from(lists, ([, list]) => list!.split(',').map((name) => name.trim())).flat();
}

/** The strings of a module, those of templates in pieces. */
function stringsOf(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return found;
}

it.each(['.js', '.cjs'])('the build changes no name in a message (%s)', (ending) => {
  const files = readdirSync(`${ROOT}dist`).filter((file) => file.endsWith(ending));
  const strings = files.flatMap((file) => stringsOf(`${ROOT}dist/${file}`));
  expect(strings.some((text) => text.includes('tf.io.IOHandler'))).toBe(true);
  expect(strings.filter((text) => /\btfl?\d/.test(text))).toEqual([]);
});

describe('what is declared', () => {
  it('is an entry each', () => {
    expect(DECLARED.map(({ entry }) => entry)).toContain('fer-cnn/node');
    expect(DECLARED.length).toBeGreaterThan(6);
  });

  it.each(DECLARED)('is what $entry exports', async ({ entry, names }) => {
    const folder = entry.slice('fer-cnn'.length);
    const built = (await import(/* @vite-ignore */ `${ROOT}dist${folder}/index.js`)) as object;
    expect(Object.keys(built).sort()).toEqual(names);
  });
});
