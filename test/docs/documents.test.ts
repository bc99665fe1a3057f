import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MODELS } from '../../src/models/registry';
import { codeBlocks, DOCUMENTS, read, ROOT } from './documents';

const LINK = /\]\(([^)\s]+)\)/g;
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** The anchors of a document's headings, as GitHub makes them. */
function anchors(document: string): string[] {
  return Array.from(read(document).matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the guides', () => {
  it.each(DOCUMENTS)('%s links to files and headings that exist', (document) => {
    const links = Array.from(read(document).matchAll(LINK), ([, target]) => target!);
    for (const link of links.filter((target) => !/^https?:/.test(target))) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      expect(existsSync(join(ROOT, target)), `${document}: ${link}`).toBe(true);
      if (anchor !== undefined) expect(anchors(target), link).toContain(anchor);
    }
  });

  it('of README lead to files that the package contains, images apart', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    const shipped = (path: string) =>
      path === 'LICENSE' ||
      files.some((file) => file === path || (file === 'docs/*.md' && /^docs\/[\w-]+\.md$/.test(path)));
    const links = Array.from(read('README.md').matchAll(/(?<!!\[[^\]]*)\]\(([^)\s#]+)/g), ([, target]) => target!);
    const relative = links.filter((target) => !/^https?:/.test(target) && !target.startsWith('docs/images/'));
    expect(relative.length).toBeGreaterThan(15);
    expect(relative.filter((target) => !shipped(target))).toEqual([]);
  });

  it('are all in the list of guides', () => {
    const list = read('docs/README.md');
    const guides = DOCUMENTS.filter((document) => /^docs\/(?!README)/.test(document));
    expect(guides.filter((guide) => !list.includes(`](${guide.slice('docs/'.length)})`))).toEqual([]);
  });

  it('name only scripts that exist, and only options that these have', () => {
    const commands = DOCUMENTS.flatMap((document) => [
      ...codeBlocks(document, ['sh']).flatMap(({ code }) => code.split('\n')),
      ...Array.from(read(document).matchAll(/`(npm [^`]+)`/g), ([, command]) => command!),
    ]).flatMap((line) => line.split('&&').map((command) => command.replace(/\s#.*/, '').trim()));
    const runs = commands.filter((command) => command.startsWith('npm run '));
    expect(runs.length).toBeGreaterThan(10);
    for (const command of runs) {
      const script = command.split(/\s+/)[2]!;
      expect(scripts, command).toHaveProperty([script]);
      const example = join(ROOT, 'examples', `${script}.ts`);
      if (!existsSync(example)) continue;
      const known = readFileSync(example, 'utf8');
      for (const [, option] of command.matchAll(/\s(--[a-z-]+)/g)) {
        if (option !== '--help') expect(known, command).toContain(`${option!}`);
      }
    }
  });

  it('give the parameter counts of the registry', () => {
    const guide = read('docs/models.md');
    for (const [name, { parameters }] of Object.entries(MODELS)) {
      expect(guide).toContain(`\`${name}\`, ${parameters.toLocaleString('en-US')} parameters`);
    }
  });
});
