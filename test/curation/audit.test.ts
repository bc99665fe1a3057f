import { describe, expect, it } from 'vitest';
import { auditDataset } from '../../src/curation/audit';
import { ImageIndex } from '../../src/data/copies';
import { Dataset } from '../../src/data/dataset';
import { InputError } from '../../src/errors';
import { numberedDataset, tinyDataset } from '../data/fixtures';

const A = [1, 2, 3, 4];
const B = [1, 2, 3, 5];
const C = [9, 8, 7, 6];
const D = [0, 0, 0, 1];
const BLACK = [0, 0, 0, 0];
const WHITE = [255, 255, 255, 255];
const images = [A, BLACK, A, B, C, A, C, BLACK, D, B, WHITE];
const labels = [3, 0, 3, 1, 2, 3, 4, 0, 255, 255, 6];
const splits = [0, 0, 0, 0, 0, 1, 0, 2, 1, 2, 1];
const rows = images.map((_, i) => i + 2);
const dataset = tinyDataset(images, { labels, splits, rows });

describe('auditDataset', () => {
  const audit = auditDataset(dataset);
  const rowsOf = (groups: readonly (readonly { row: number }[])[]): number[][] =>
    groups.map((group) => group.map(({ row }) => row));

  it('finds constant images', () => expect(audit.constant.map(({ row }) => row)).toEqual([3, 9, 12]));

  it('groups exact copies', () => {
    expect(rowsOf(audit.duplicates)).toEqual([
      [2, 4, 7],
      [3, 9],
      [5, 11],
      [6, 8],
    ]);
    expect(audit.duplicates[0]![2]).toEqual({
      split: 'PublicTest',
      row: 7,
      label: 3,
      className: 'happy',
      name: undefined,
    });
  });

  it('finds copies with different labels, and ignores unknown labels', () => {
    expect(rowsOf(audit.conflicting)).toEqual([[6, 8]]);
  });

  it('finds images that are in two splits', () => {
    expect(rowsOf(audit.shared)).toEqual([
      [2, 4, 7],
      [3, 9],
      [5, 11],
    ]);
    expect(audit.overlaps).toEqual([
      { split: 'PublicTest', other: 'Training', images: 1 },
      { split: 'PrivateTest', other: 'Training', images: 2 },
    ]);
  });

  it('counts', () => {
    expect(audit.size).toBe(11);
    expect(audit.sizes).toEqual({ Training: 6, PublicTest: 3, PrivateTest: 2 });
    expect(audit.copies).toBe(5);
    expect(audit.copiesWithin).toEqual({ Training: 2, PublicTest: 0, PrivateTest: 0 });
  });

  it('names the rows whose removal leaves a clean set, in which test splits keep their images', () => {
    expect(audit.rowsToDrop).toEqual([2, 3, 4, 5, 6, 8, 9, 12]);
    const clean = dataset.withoutRows(audit.rowsToDrop);
    expect([...clean.rows]).toEqual([7, 10, 11]);
    expect(auditDataset(clean)).toMatchObject({ copies: 0, rowsToDrop: [], constant: [], shared: [], conflicting: [] });
  });

  it('does not depend on the order of the splits in the data', () => {
    const turned = dataset.subset(images.map((_, i) => images.length - 1 - i));
    const { rowsToDrop, overlaps, sizes } = auditDataset(turned);
    expect({ rowsToDrop, overlaps, sizes }).toEqual({
      rowsToDrop: audit.rowsToDrop,
      overlaps: audit.overlaps,
      sizes: audit.sizes,
    });
  });

  it('audits named parts, such as those of a random split', () => {
    const [training, test] = dataset.split({ fractions: [0.5, 0.5], seed: 1 });
    const parts = auditDataset({ training, test });
    expect(parts.sizes).toEqual({ training: 6, test: 5 });
    expect(parts.copies).toBe(5);
    expect(parts.shared.length).toBeGreaterThan(0);
    const dropped = new Set(parts.rowsToDrop);
    for (const group of parts.shared) {
      const left = group.filter(({ row }) => !dropped.has(row));
      expect(left.every(({ split }) => split === 'test')).toBe(true);
    }
  });

  it('names files where images have names', () => {
    const named = new Dataset({ ...tinyDataset([BLACK, A]), names: ['train/sad/a.png', 'train/sad/b.png'] });
    expect(auditDataset(named).toString()).toContain('- train/sad/a.png (no label)');
  });

  it('finds nothing in a clean set and in an empty one', () => {
    for (const clean of [numberedDataset(300), tinyDataset([])]) {
      expect(auditDataset(clean)).toMatchObject({
        size: clean.size,
        copies: 0,
        constant: [],
        duplicates: [],
        rowsToDrop: [],
      });
    }
  });

  it('formats a report in Markdown', () => {
    expect(audit.toMarkdown()).toBe(
      `# Data set audit

11 images (Training 6, PublicTest 3, PrivateTest 2).

| Finding | Count |
| --- | ---: |
| Constant images | 3 |
| Exact copies (beyond the first of each image) | 5 |
| Copies within Training | 2 |
| Copies within PublicTest | 0 |
| Copies within PrivateTest | 0 |
| Images of PublicTest that are also in Training | 1 |
| Images of PrivateTest that are also in Training | 2 |
| Groups of equal images | 4 |
| Groups with different labels | 1 |
| Groups in two or more splits | 3 |
| Rows to drop | 8 |

## Constant images

- row 3 (Training, angry)
- row 9 (PrivateTest, angry)
- row 12 (PublicTest, neutral)

## Equal images with different labels

- row 6 (Training, fear); row 8 (Training, sad)

## Images in two or more splits

- row 2 (Training, happy); row 4 (Training, happy); row 7 (PublicTest, happy)
- row 3 (Training, angry); row 9 (PrivateTest, angry)
- row 5 (Training, disgust); row 11 (PrivateTest, no label)

## All groups of equal images

- row 2 (Training, happy); row 4 (Training, happy); row 7 (PublicTest, happy)
- row 3 (Training, angry); row 9 (PrivateTest, angry)
- row 5 (Training, disgust); row 11 (PrivateTest, no label)
- row 6 (Training, fear); row 8 (Training, sad)
`,
    );
    expect(`${audit}`).toBe(audit.toMarkdown());
  });

  it('lists ten of each kind at most', () => {
    const many = tinyDataset(Array.from({ length: 1012 }, (_, i) => [i % 256, i % 256, i % 256, i % 256]));
    const text = auditDataset(many).toMarkdown();
    expect(text).toContain('| Constant images | 1,012 |');
    expect(text).toContain('- and 1,002 more');
    expect(text.split('\n').length).toBeLessThan(60);
  });

  it('is plain data as JSON', () => {
    const json = JSON.parse(JSON.stringify(audit)) as Record<string, unknown>;
    expect(json.rowsToDrop).toEqual(audit.rowsToDrop);
    expect(Object.keys(json)).toContain('overlaps');
  });

  it.each([[undefined], [{}], [{ a: 1 }], ['x']])('refuses %j', (data) => {
    expect(() => auditDataset(data as unknown as Dataset)).toThrow(InputError);
  });
});

describe('ImageIndex', () => {
  it('distinguishes images with the same hash', () => {
    const found = collision();
    expect(found).toBeDefined();
    const [a, b] = found!;
    const index = new ImageIndex();
    expect([index.add(a), index.add(b), index.add(a), index.add(b)]).toEqual([0, 1, 0, 1]);
    expect([index.find(a), index.find(b), index.find(Uint8Array.of(1))]).toEqual([0, 1, undefined]);
  });

  it('distinguishes images of different lengths', () => {
    const index = new ImageIndex();
    expect([index.add(Uint8Array.of(1, 2)), index.add(Uint8Array.of(1, 2, 3)), index.add(new Uint8Array(0))]).toEqual([
      0, 1, 2,
    ]);
  });
});

/** Two different lists of bytes with the same 32-bit FNV-1a hash, by the birthday of 200,000. */
function collision(): [Uint8Array, Uint8Array] | undefined {
  const seen = new Map<number, Uint8Array>();
  for (let i = 0; i < 400_000; i++) {
    const bytes = Uint8Array.of(i & 255, (i >> 8) & 255, i >> 16, (i * 7) & 255, (i * 31) & 255);
    let h = 0x811c9dc5;
    for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
    const other = seen.get(h);
    if (other) return [other, bytes];
    seen.set(h, bytes);
  }
  return undefined;
}
