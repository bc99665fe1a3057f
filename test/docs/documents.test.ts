import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../../src/cli/program';
import { MODELS } from '../../src/models/registry';
import { DOCUMENTS, read, ROOT } from './documents';

const LINK = /\]\(([^)\s]+)\)/g;
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** What may name commands: the documents and the cards of the bundled models. */
const TEXTS = [...DOCUMENTS, ...Object.keys(MODELS).map((name) => `weights/${name}/card.json`)].map(read);

const optionsOf = (command: string) => Array.from(command.matchAll(/(?<=\s)--[a-z][a-z-]*/g), ([option]) => option);

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

  it.each(DOCUMENTS.filter((document) => document === 'README.md' || document.startsWith('docs/')))(
    '%s leads to files that the package contains, images apart',
    (document) => {
      const { files } = JSON.parse(read('package.json')) as { files: string[] };
      const shipped = (path: string) =>
        ['LICENSE', 'README.md'].includes(path) || // npm always takes these
        files.some((file) => file === path || (file === 'docs/*.md' && /^docs\/[\w-]+\.md$/.test(path)));
      const links = Array.from(read(document).matchAll(/(?<!!\[[^\]]*)\]\(([^)\s#]+)/g), ([, target]) => target!);
      const relative = links
        .filter((target) => !/^https?:/.test(target))
        .map((target) => join(dirname(document), target));
      if (document === 'README.md') expect(relative.length).toBeGreaterThan(15);
      expect(relative.filter((target) => !shipped(target) && !target.startsWith('docs/images/'))).toEqual([]);
    },
  );

  it('are all in the list of guides', () => {
    const list = read('docs/README.md');
    const guides = DOCUMENTS.filter((document) => /^docs\/(?!README)/.test(document));
    expect(guides.filter((guide) => !list.includes(`](${guide.slice('docs/'.length)})`))).toEqual([]);
  });

  it('name only scripts that exist', () => {
    const names = TEXTS.flatMap((text) => Array.from(text.matchAll(/npm run ([a-z][\w:-]*)/g), ([, name]) => name!));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('and the cards name only commands of fer-cnn that exist, and only options that these have', () => {
    const runs = TEXTS.flatMap((text) =>
      Array.from(text.matchAll(/npx fer-cnn ([a-z][^`)&;|\n#]*)/g), ([, run]) => run!),
    );
    expect(runs.length).toBeGreaterThan(30);
    const { commands } = program();
    for (const run of runs) {
      const command = commands.find((each) => each.name() === run.split(/\s/)[0]);
      expect(command, run).toBeDefined();
      const known = ['--help', ...command!.options.map(({ long }) => long)];
      expect(optionsOf(run).filter((option) => !known.includes(option)), run).toEqual([]); // prettier-ignore
    }
  });

  it('and the cards name only programs of the repository that exist, and only options that these have', () => {
    const pattern = /(?:npx tsx|node) ((?:research|bench|scripts|examples)\/[\w./-]+)([^`)&;|\n#]*)/g;
    const runs = TEXTS.flatMap((text) =>
      Array.from(text.matchAll(pattern), ([, file, rest]) => [file!, rest!] as const),
    );
    expect(runs.length).toBeGreaterThan(20);
    for (const [file, rest] of runs) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      const known = `--help ${read(file)} ${read('src/cli/options.ts')}`; // some options are shared
      const unknown = optionsOf(rest).filter((option) => !known.includes(option));
      expect(unknown, `${file} ${rest}`).toEqual([]);
    }
  });

  it('give the parameter counts of the registry', () => {
    const guide = read('docs/models.md');
    for (const [name, { parameters }] of Object.entries(MODELS)) {
      expect(guide).toContain(`\`${name}\`, ${parameters.toLocaleString('en-US')} parameters`);
    }
  });
});
