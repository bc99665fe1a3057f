import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import * as errors from '../src/errors';
import { DatasetError, DisposedError, FerError, InputError, inputError, within } from '../src/errors';

describe('errors', () => {
  it('contain where, expected, received and the remedy', () => {
    const error = new InputError({
      where: 'preprocess',
      expected: 'images of rank 4 [n, h, w, c]',
      received: 'rank 3 [48, 48, 1]',
      remedy: 'Add a batch axis with tf.expandDims(x, 0).',
    });
    expect(error.message).toBe(
      'preprocess: expected images of rank 4 [n, h, w, c], received rank 3 [48, 48, 1]. Add a batch axis with tf.expandDims(x, 0).',
    );
    expect({ name: error.name, where: error.where }).toEqual({ name: 'InputError', where: 'preprocess' });
    expect(error).toBeInstanceOf(FerError);
    expect(error).toBeInstanceOf(Error);
  });

  it('shorten long values to both ends', () => {
    const base64 = `${'A'.repeat(1e6)}${'B'.repeat(1e6)}`;
    const ends = `${'A'.repeat(80)} … ${'B'.repeat(80)}`;
    const error = new FerError({ where: base64, expected: 'a', received: base64 });
    expect(error.message).toBe(`${ends}: expected a, received ${ends}.`);
    expect(error.where).toBe(ends);
  });

  it('get the place of each caller on their way out, whether work is asynchronous or not', async () => {
    const fail = (where: string) => () => {
      throw inputError(where, 'a', 'b');
    };
    expect(() => within('train', fail(': epochs'))).toThrow(/^train: epochs: expected a, received b\.$/);
    expect(() => within('train', () => within(': augment', fail('.flip')))).toThrow(/^train: augment\.flip: expected/);
    expect(() => within('train: sizes', fail('[1]'))).toThrow(/^train: sizes\[1\]: expected/);
    const error: unknown = await within('classify', async () => fail('')()).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ where: 'classify', message: 'classify: expected a, received b.' });
    expect((error as Error).stack).toContain('classify: expected a, received b.');
  });

  it('keep a place that is complete, such as that of a public function in a callback', () => {
    const given = new InputError({ where: 'preprocess: mean', expected: 'a', received: 'b' });
    const fail = (error: Error) => () => {
      throw error;
    };
    expect(() => within('train', fail(given))).toThrow(/^preprocess: mean: expected/);
    expect(() => within('saveModel', fail(inputError('./x/model.json', 'a', 'b')))).toThrow(/^\.\/x\/model\.json: /);
    const other = new TypeError('other');
    expect(() => within('train', fail(other))).toThrow(other);
    expect(within('train', () => 3)).toBe(3);
  });

  it('keep the cause and the position in a file', () => {
    const cause = new Error('deeper');
    const error = new DatasetError({
      where: 'x',
      expected: 'a',
      received: 'b',
      file: 'f.csv',
      row: 3,
      column: 'pixels',
      cause,
    });
    expect(error).toMatchObject({ cause, file: 'f.csv', row: 3, column: 'pixels' });
  });

  it('keep their names when a minifier renames the classes', async () => {
    const entryPoints = [new URL('../src/errors.ts', import.meta.url).pathname];
    const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, format: 'esm', write: false });
    const code = Buffer.from(outputFiles[0]!.contents).toString('base64');
    const minified = (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as typeof errors;
    const names = Object.keys(errors).filter((name) => /^[A-Z]\w+Error$/.test(name));
    expect(names).toHaveLength(7);
    for (const name of names as 'InputError'[]) {
      const error = new minified[name]({ where: 'x', expected: 'a', received: 'b' });
      expect(error).toMatchObject({ name, stack: expect.stringContaining('expected') });
      expect(minified[name].name).not.toBe(name);
    }
  });

  it('report use after disposal', () => {
    expect(new DisposedError('Classifier.classify', 'a classifier', 'Load a new one.').message).toBe(
      'Classifier.classify: expected a classifier in use, received one that was disposed of. Load a new one.',
    );
  });
});
