import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { loadFerPlus } from '../../src/curation/ferplus';
import { loadFer2013 } from '../../src/data/fer2013';
import { kindOf } from '../../src/file-kind';
import { EMOTIONS } from '../../src/labels';
import { bytesOf, csvOf, goodPixels, streamOf } from './fixtures';

const CSV = bytesOf(csvOf(4));

/** A tar archive, as POSIX describes it: for each file a block with its name, size in octal digits and 'ustar', then its bytes. */
function tarOf(files: Record<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = new Uint8Array(512);
    header.set(bytesOf(name));
    header.set(bytesOf(bytes.length.toString(8).padStart(11, '0')), 124);
    header.set(bytesOf('0'), 156);
    header.set(bytesOf('ustar'), 257);
    return [header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)];
  });
  return new Uint8Array(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

const FILES = { 'fer2013/README': bytesOf('faces'), 'fer2013/._fer2013.csv': bytesOf('x'), 'fer2013/fer2013.csv': CSV };

describe('archives', () => {
  it.each([
    ['tar', tarOf(FILES)],
    ['tar.gz', new Uint8Array(gzipSync(tarOf(FILES)))],
    ['zip', zipSync(FILES)],
    ['zip, not compressed', zipSync(FILES, { level: 0 })],
  ])('%s: the CSV file in it is read', async (_, bytes) => {
    for (const source of [bytes, streamOf(bytes, 1, 999), streamOf(bytes, 511, 2, 512)]) {
      expect([...(await loadFer2013(source)).labels]).toEqual([0, 1, 2, 3]);
    }
  });

  it.each([
    [
      'several CSV files',
      zipSync({ 'train.csv': CSV, 'test.csv': CSV }),
      'received one with "train.csv" and "test.csv"',
    ],
    ['no CSV file', tarOf({ 'a.txt': CSV }), 'expected a CSV file in the tar archive, received none'],
    [
      'a tar archive that is cut',
      tarOf(FILES).slice(0, 4000),
      'expected a whole tar archive, received one that is truncated',
    ],
    [
      'a zip archive that is cut',
      zipSync(FILES).slice(0, 4000),
      'expected a whole zip archive, received one that is truncated',
    ],
  ])('are refused: %s', async (_, bytes, says) => {
    await expect(loadFer2013(bytes)).rejects.toThrow(says);
  });

  it('of other kinds, and what is no CSV file, are named', async () => {
    const pointer = bytesOf(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 301072766\n`,
    );
    const says = 'expected a CSV file, received a Git LFS pointer, not the file. Run git lfs pull.';
    await expect(loadFer2013(pointer)).rejects.toThrow(says);
    await expect(loadFerPlus(pointer)).rejects.toThrow(says);
    expect(kindOf(pointer)?.name).toBe('a Git LFS pointer, not the file');
    await expect(loadFer2013(bytesOf('Rar!\x1a\x07'))).rejects.toThrow('received a RAR archive. Unpack it first.');
    const utf16 = Uint8Array.from(Buffer.from('\ufeffemotion,pixels', 'utf16le'));
    await expect(loadFer2013(utf16)).rejects.toThrow('received text in UTF-16. Save it in UTF-8.');
    expect(kindOf(CSV)).toBeUndefined();
    expect(kindOf(new Uint8Array(0))).toBeUndefined();
  });
});

describe('other forms of the file', () => {
  const rows = [0, 3, 6].map((label) => `${label},${goodPixels()},Training`);

  it('may have an index column, as pandas writes it', async () => {
    for (const name of ['', 'Unnamed: 0']) {
      const text = [`${name},emotion,pixels,Usage`, ...rows.map((row, i) => `${i},${row}`)].join('\n');
      expect([...(await loadFer2013(bytesOf(text))).labels]).toEqual([0, 3, 6]);
    }
  });

  it('may have more classes, if their names are given', async () => {
    const text = bytesOf(['emotion,pixels,Usage', ...rows, `7,${goodPixels()},Training`].join('\n'));
    await expect(loadFer2013(text)).rejects.toThrow(
      "pass their names in label order, such as classNames: [...EMOTIONS, 'contempt']",
    );
    const dataset = await loadFer2013(text, { classNames: [...EMOTIONS, 'contempt'] });
    expect([dataset.numClasses, [...dataset.labels]]).toEqual([8, [0, 3, 6, 7]]);
  });

  it('is parsed completely for fields of any length', async () => {
    const text = `emotion,pixels,Usage\n3${' '.repeat(100)}x,${goodPixels()},Training\n`;
    await expect(loadFer2013(bytesOf(text))).rejects.toThrow('column emotion: expected a label in 0..6, received "3');
    const long = `emotion,pixels\n3,${' '.repeat(70_000)}${goodPixels()}\n`;
    await expect(loadFer2013(bytesOf(long))).rejects.toThrow('expected a row of at most 65536 bytes');
  });

  it('lists a thousand bad rows and counts the others', async () => {
    const text = bytesOf(`emotion,pixels\n${'9,1\n'.repeat(200_000)}0,${goodPixels()}\n`);
    const { skipped, size } = await loadFer2013(text, { onInvalid: 'skip' });
    expect([size, skipped.length]).toEqual([1, 1001]);
    expect(skipped.at(-1)!.message).toBe('loadFer2013: expected good rows, received 199000 more bad ones, not listed.');
  });

  it('is not FER+’s label.csv, whose rows of images are not rows', async () => {
    // a row of data/FER2013Valid/label.csv of github.com/microsoft/FERPlus has this form; these votes are made up
    const text = 'fer0028638.png,"(0, 0, 48, 48)",9,0,0,0,1,0,0,0,0,0\n';
    await expect(loadFerPlus(bytesOf(text))).rejects.toThrow("received FER+'s label.csv");
    await expect(loadFerPlus(bytesOf(text))).rejects.toThrow('Pass fer2013new.csv');
  });
});

const INPUTS = fileURLToPath(new URL('../../../shared/inputs/13-archives/', import.meta.url));
describe.runIf(existsSync(INPUTS))('the inputs that failed', () => {
  it.each(['archive.zip', 'fer2013.tar', 'fer2013.tar.gz', 'index-column.csv'])('%s has three rows', async (name) => {
    expect([...(await loadFer2013(INPUTS + name)).labels]).toEqual([0, 3, 6]);
  });

  it('contempt.csv and pointer.csv are refused with a remedy', async () => {
    await expect(loadFer2013(`${INPUTS}contempt.csv`)).rejects.toThrow('classNames');
    await expect(loadFer2013(`${INPUTS}pointer.csv`)).rejects.toThrow('a Git LFS pointer, not the file');
    expect(kindOf(await readFile(`${INPUTS}pointer.keras`))?.name).toBe('a Git LFS pointer, not the file');
  });
});
