import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shard, walkPictures } from '../../src/node/walk';

const PICTURES = [
  'a.png',
  'b/a.JPG',
  'b/c/d.webp',
  'b/c.gif',
  'c.jpeg',
  ...Array.from({ length: 40 }, (_, i) => `many/${100 + i}.png`),
];
const OTHERS = ['notes.txt', '.hidden.png', '.git/x.png', 'b/.cache/y.png', 'png'];

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-walk-'));
  for (const path of [...PICTURES, ...OTHERS]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function walked(shard: Shard): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of walkPictures(folder, shard)) paths.push(path);
  return paths;
}

describe('walkPictures', () => {
  it('gives every image once, by the order of names, and nothing else', async () => {
    const paths = await walked({ index: 0, count: 1 });
    expect(paths.slice(0, 5)).toEqual(['a.png', 'b/a.JPG', 'b/c/d.webp', 'b/c.gif', 'c.jpeg']);
    expect(paths.toSorted()).toEqual(PICTURES.toSorted());
  });

  it.skipIf(process.platform !== 'linux')('goes on after names that are not UTF-8', async () => {
    const odd = Buffer.concat([Buffer.from(`${folder}/odd-`), Buffer.of(0xff, 0xfe), Buffer.from('.png')]);
    await writeFile(odd, '');
    try {
      const paths = await walked({ index: 0, count: 1 });
      expect(paths.filter((path) => !PICTURES.includes(path))).toEqual(['odd-\ufffd\ufffd.png']); // cannot be opened by that
      expect(paths).toHaveLength(PICTURES.length + 1);
    } finally {
      await rm(odd);
    }
  });

  it('tells each other file of the shard that is not hidden, and links to folders', async () => {
    await symlink('..', join(folder, 'b/loop'));
    const others: string[] = [];
    for (const index of [0, 1]) {
      for await (const path of walkPictures(folder, { index, count: 2 }, (other) => others.push(other)))
        expect(PICTURES).toContain(path);
    }
    await rm(join(folder, 'b/loop'));
    expect(others.toSorted()).toEqual(['b/loop', 'notes.txt', 'png']);
  });

  it('splits them into shards that have no image in common and leave none out', async () => {
    const parts = await Promise.all([0, 1, 2].map((index) => walked({ index, count: 3 })));
    expect(parts.flat().toSorted()).toEqual(PICTURES.toSorted());
    for (const part of parts) expect(part.length).toBeGreaterThan(PICTURES.length / 6);
  });

  it('puts an image into the shard that its path tells, on every machine and whatever else is there', async () => {
    // FNV-1a in Python, h = 0x811c9dc5; for b in path.encode(): h = (h ^ b) * 0x01000193 % 2**32: 0x74aa1d39, 0x5e1be1d2, 0x2046a5b4
    const places = { 'a.png': 1, 'c.jpeg': 2, 'b/a.JPG': 4 };
    for (const [path, index] of Object.entries(places)) expect(await walked({ index, count: 8 })).toContain(path);
  });
});
