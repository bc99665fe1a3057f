import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../environments/app';
import { readProjects } from './documented';
import { OPENERS } from './open';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

// What is built from them is tested nightly: npm run test:projects.
describe('the projects of docs/frameworks.md', () => {
  const projects = readProjects();

  it('are those that the nightly test knows', () => {
    expect(projects.map(({ name }) => name)).toEqual(Object.keys(OPENERS));
  });

  it.each(projects)('$name has all files that it names', ({ files }) => {
    const paths = Object.keys(files);
    for (const [from, code] of Object.entries(files)) {
      for (const [, path] of code.matchAll(/(?:from |import |import\()'\.\/([\w./-]+)'/g)) {
        expect(paths, from).toContain(join(from, '..', path!));
      }
    }
  });

  it.each(projects)(
    '$name pins the major versions of its packages, this one and TensorFlow.js as here',
    ({ files }) => {
      const { dependencies, devDependencies } = JSON.parse(files['package.json']!) as Manifest;
      const { version } = JSON.parse(read('package.json')) as { version: string };
      expect(dependencies['fer-cnn']).toBe(`^${version}`);
      for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
        expect(range, name).toMatch(name.startsWith('@tensorflow/') ? /^4\.22\.0$/ : /^\^\d+\.\d+\.\d+$/);
      }
    },
  );

  it('run the HTTP server of examples/', () => {
    const server = projects.find(({ name }) => name === 'Node without a framework')!;
    expect(server.files['http-server.mjs']).toBe(read('examples/http-server.mjs'));
  });

  it('are taken with the files of their section', () => {
    const guide =
      '# A\n\n## B\n\n`a.js`\n\n```js\n1;\n```\n\n### C\n\n`b.js`\n\n```js\n2;\n```\n\n### D\n\n`a.js`\n\n```js\n3;\n```\n';
    expect(readProjects(guide)).toEqual([
      { name: 'C', files: { 'a.js': '1;\n', 'b.js': '2;\n' } },
      { name: 'D', files: { 'a.js': '3;\n' } },
    ]);
  });
});
