import { beforeAll, describe, expect, it } from 'vitest';
import { auditDataset } from '../../src/curation/audit';
import type { Dataset } from '../../src/data/dataset';
import { FERPLUS_LABELS } from '../../src/curation/ferplus';
import { joinFerPlus } from '../../src/curation/ferplus-join';
import { loadFerPlus } from '../../src/curation/ferplus';
import { loadFer2013 } from '../../src/data/fer2013';
import { FER2013_PATH, FERPLUS_PATH } from '../support/real-data';

// The expected numbers are those of the copy of FER2013 that has Training and PublicTest alone.
describe.skipIf(FER2013_PATH === undefined)('the real FER2013', () => {
  let dataset: Dataset;
  let rss = 0;

  beforeAll(async () => {
    const before = process.memoryUsage().rss;
    const watch = setInterval(() => (rss = Math.max(rss, process.memoryUsage().rss - before)), 5);
    dataset = await loadFer2013(FER2013_PATH!, { split: ['Training', 'PublicTest'] });
    clearInterval(watch);
  });

  it('has the published numbers of rows and, to within two, of labels', () => {
    expect([dataset.where('Training').size, dataset.where('PublicTest').size]).toEqual([28_709, 3589]);
    // Goodfellow et al. 2013; counts of the published file's Training and PublicTest rows
    const published = [
      [3995, 436, 4097, 7215, 4830, 3171, 4965],
      [467, 56, 496, 895, 653, 415, 607],
    ];
    for (const [i, split] of (['Training', 'PublicTest'] as const).entries()) {
      dataset
        .where(split)
        .classCounts()
        .forEach((count, label) => {
          expect(Math.abs(count - published[i]![label]!)).toBeLessThanOrEqual(2);
        });
    }
    expect([dataset.rows[0], dataset.rows.at(-1)]).toEqual([2, 32_299]);
  });

  it('takes less than 64 MB over its own size to load', () => {
    expect(rss - dataset.images.length).toBeLessThan(64e6);
  });

  it('has the known audit counts', () => {
    const audit = auditDataset(dataset);
    // Twelve black images, all in Training, and the one row of PublicTest that could not be recovered.
    expect(audit.constant.filter(({ split }) => split === 'Training')).toHaveLength(12);
    expect(audit.constant.filter(({ split }) => split === 'PublicTest').map(({ row }) => row)).toEqual([32_259]);
    const black = audit.duplicates.filter((group) => audit.constant.includes(group[0]!));
    expect(black.map(({ length }) => length)).toEqual([13]);
    // 1,224 copies in Training that are not constant, and 11 more black images.
    expect(audit.copiesWithin).toEqual({ Training: 1224 + 11, PublicTest: 26 });
    expect(audit.overlaps).toEqual([{ split: 'PublicTest', other: 'Training', images: 280 }]);
    expect(audit.copies).toBe(1531);
    expect([audit.duplicates.length, audit.conflicting.length, audit.shared.length]).toEqual([1271, 47, 270]);
    const clean = dataset.withoutRows(audit.rowsToDrop);
    expect(clean.size).toBe(32_298 - 1578);
    expect(auditDataset(clean)).toMatchObject({ copies: 0, constant: [], rowsToDrop: [] });
  });

  it('leaks copies in a random split', () => {
    const [training, validation, test] = dataset.split({ seed: 1 });
    const { overlaps } = auditDataset({ training, validation, test });
    expect(overlaps.find(({ split, other }) => split === 'test' && other === 'training')!.images).toBeGreaterThan(150);
  });

  it.skipIf(FERPLUS_PATH === undefined)('joins to the FER+ votes, whose leaders agree in about 63 %', async () => {
    const votes = await loadFerPlus(FERPLUS_PATH!);
    expect(votes.size).toBe(32_298);
    const leaders = dataset.labels.map((_, i) => {
      const row = votes.votes.subarray(10 * i, 10 * i + 10);
      return FERPLUS_LABELS[row.indexOf(Math.max(...row))] ?? 255;
    });
    const judged = dataset.labels.filter((_, i) => leaders[i] !== 255).length;
    const same = dataset.labels.filter((label, i) => label === leaders[i]).length;
    expect(same / judged).toBeGreaterThan(0.62);
    expect(same / judged).toBeLessThan(0.64);
    const clean = joinFerPlus(dataset, votes, { target: 'majority', drop: ['NF', 'unknown', 'contempt'] });
    expect(clean.size).toBeGreaterThan(31_000);
    const test = joinFerPlus(dataset.where('PublicTest'), votes, { target: 'majority' });
    expect(test.labels).toEqual(joinFerPlus(dataset, votes, { target: 'majority' }).where('PublicTest').labels);
  });
});
