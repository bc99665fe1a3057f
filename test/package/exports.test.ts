import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The entries in the report of the public interface, each with the values that its declarations promise. */
const DECLARED = readFileSync(`${ROOT}api/fer-cnn.api.md`, 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const entry = section.slice(0, section.indexOf('\n'));
    const names = Array.from(
      section.matchAll(/(?<!\/\/ type only\n)^(?:function|const|class) (\w+)/gm),
      ([, name]) => name!,
    );
    return { entry, names: [...new Set(names)].sort() };
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
