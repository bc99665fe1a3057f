import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** The floors of the house: a file imports from a lower floor or from its own folder. Files of src itself count as folders. */
const FLOORS: readonly (readonly string[])[] = [
  ['labels', 'class-names', 'file-kind', 'errors', 'validate', 'schema', 'random', 'pause', 'metrics', 'base64'],
  ['backend', 'platform', 'tfjs'],
  ['image', 'kernels'],
  ['data', 'models'],
  ['evaluate', 'storage', 'curation'],
  ['train', 'classify', 'explain', 'interchange'],
  ['faces'],
  ['teach'],
  ['node'],
  ['cli', 'index'],
];

/** The packages that may be imported: the peers, and the weights of this one. */
const PACKAGES =
  /^(@tensorflow\/tfjs-(core|layers|data)|sharp|h5wasm|fflate|fer-cnn\/(folder-worker|train-worker|weights\/[a-z]+))$/;

/** Files that only run in Node; what runs in browsers too reaches them by `#platform` alone. */
const OF_NODE = /^(node|cli)\/|^platform\/(node(-\w+)?|check-path|make-folder)\.ts$/;

/** The program and the workers, which start a backend and print: no module of the library imports them. */
const IS_PROGRAM = /^cli\/|^node\/(folder|train)-worker\.ts$/;

const COMMENTS = /\/\*[^]*?\*\/|(?<![:'"])\/\/.*$/gm;

interface Import {
  file: string;
  target: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const text = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));
const imports: Import[] = files.flatMap((file) =>
  ts.preProcessFile(text.get(file)!, true, true).importedFiles.map(({ fileName: target }) => ({ file, target })),
);
const inside = imports
  .filter(({ target }) => target.startsWith('.'))
  .map(({ file, target }) => ({ file, target: normalize(join(dirname(file), target)) }));

const folderOf = (path: string) => path.split('/')[0]!.replace(/\.ts$/, '');
const floorOf = (path: string) => FLOORS.findIndex((folders) => folders.includes(folderOf(path)));
const line = ({ file, target }: Import) => `${file} imports ${target}`;

describe('the house', () => {
  it('has every file on a floor, and imports to look at', () => {
    expect(files.filter((file) => floorOf(file) < 0)).toEqual([]);
    expect(inside.length).toBeGreaterThan(50);
    expect(inside.filter(({ target }) => floorOf(target) < 0).map(line)).toEqual([]);
  });

  it('lets a file import only from a lower floor or its own folder', () => {
    const wrong = inside.filter(
      ({ file, target }) => folderOf(file) !== folderOf(target) && floorOf(target) >= floorOf(file),
    );
    const onGround = ({ file, target }: Import) => floorOf(file) === 0 && floorOf(target) === 0;
    expect(wrong.filter((each) => !onGround(each)).map(line)).toEqual([]);
  });

  it('imports of packages only the peers: no backend and no union package', () => {
    const packages = imports.filter(
      ({ file, target }) => !IS_PROGRAM.test(file) && !/^(\.|node:|#platform$)/.test(target),
    );
    expect(packages.filter(({ target }) => !PACKAGES.test(target)).map(line)).toEqual([]);
  });

  it('calls nothing outside of Node that jsdom, Hermes or browsers of 2021 lack', () => {
    const missing =
      /\b(structuredClone|atob|btoa)\(|\.(toSorted|toReversed|toSpliced|findLast|findLastIndex)\(|\b(Object|Map)\.groupBy\(|\bAbortSignal\.(any|timeout)\(|\bPromise\.withResolvers\b|\bArray\.fromAsync\b/;
    const found = files.flatMap((file) => {
      const match = OF_NODE.test(file) ? undefined : missing.exec(text.get(file)!.replace(COMMENTS, ''))?.[0];
      return match ? `${file}: ${match}` : [];
    });
    expect(found).toEqual([]);
  });

  it('imports files of Node and sharp only in node/, cli/ and the half of the platform that is for Node', () => {
    const wrong = imports.filter(({ target }) => target.startsWith('node:') || target === 'sharp');
    expect(wrong.filter(({ file }) => !OF_NODE.test(file)).map(line)).toEqual([]);
    const half = inside.filter(({ file, target }) => !OF_NODE.test(file) && OF_NODE.test(`${target}.ts`));
    expect(half.map(line)).toEqual([]);
  });

  it('imports the program and the workers nowhere', () => {
    const wrong = inside.filter(({ file, target }) => !IS_PROGRAM.test(file) && IS_PROGRAM.test(`${target}.ts`));
    expect(wrong.map(line)).toEqual([]);
  });

  it('imports the entries nowhere', () => {
    expect(inside.filter(({ target }) => /^(\w+\/)?index$/.test(target)).map(line)).toEqual([]);
  });

  it('keeps tensors off the ground floor', () => {
    const wrong = imports.filter(({ file, target }) => floorOf(file) === 0 && target.startsWith('@'));
    expect(wrong.map(line)).toEqual([]);
  });

  it('casts past the types only in the room of tfjs', () => {
    const casting = files.filter((file) => /\bas unknown as\b/.test(text.get(file)!));
    expect(casting.filter((file) => !file.startsWith('tfjs/'))).toEqual([]);
  });

  it.each([
    ['chooses a backend', /\bsetBackend\s*\(/],
    ['reads blockingly', /\.dataSync\s*\(|\.arraySync\s*\(/],
    ['prints', /\bconsole\./],
    ['draws unseeded random numbers', /Math\.random\s*\(|tf\.random\w*\s*\(/],
  ])('nowhere %s', (_title, pattern) => {
    const library = files.filter((file) => !IS_PROGRAM.test(file));
    expect(library.filter((file) => pattern.test(text.get(file)!.replaceAll(COMMENTS, '')))).toEqual([]);
  });
});
