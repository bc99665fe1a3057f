import { describe, expect, it } from 'vitest';
import type { FerPlusJoinOptions } from '../../src/curation/ferplus-join';
import { joinFerPlus } from '../../src/curation/ferplus-join';
import type { FerPlusOptions, FerPlusVotes } from '../../src/curation/ferplus';
import { FERPLUS_CHOICES, FERPLUS_LABELS, loadFerPlus } from '../../src/curation/ferplus';
import { Dataset } from '../../src/data/dataset';
import { DatasetError, InputError } from '../../src/errors';
import { EMOTIONS } from '../../src/labels';
import { bytesOf, failureOf, gzipOf, tinyDataset } from '../data/fixtures';

const HEADER = 'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';
//                       neutral happy surprise sad anger disgust fear contempt unknown NF
const ROWS = [
  'Training,fer0.png,4,0,0,1,3,2,0,0,0,0',
  'Training,fer1.png,0,8,0,0,0,0,0,2,0,0',
  'Training,fer2.png,5,0,0,5,0,0,0,0,0,0',
  'PublicTest,,0,0,0,0,0,0,0,0,0,10',
  'PublicTest,fer4.png,0,0,1,0,0,0,0,0,9,0',
  'PrivateTest,fer5.png,0,0,1,0,2,0,0,7,0,0',
];
const FILE = [HEADER, ...ROWS, ''].join('\n');

const dataset = tinyDataset(
  ROWS.map((_, i) => [i, i, i, i + 1]),
  { labels: [4, 3, 4, 2, 5, 0], splits: [0, 0, 0, 1, 1, 2], rows: [2, 3, 4, 5, 6, 7] },
);

const target = (dataset: Dataset, i: number): number[] => [...dataset.targets!.subarray(7 * i, 7 * i + 7)];

/** Loads the votes in bytes, or in the text of a file. */
const loadVotes = (source: string | Uint8Array, options?: FerPlusOptions) =>
  loadFerPlus(typeof source === 'string' ? bytesOf(source) : source, options);

describe('loadFerPlus', () => {
  it('maps its choices to the labels of FER2013, except three', () => {
    const names = FERPLUS_LABELS.map((label) => label !== undefined && EMOTIONS[label]);
    expect(names).toEqual(['neutral', 'happy', 'surprise', 'sad', 'angry', 'disgust', 'fear', false, false, false]);
  });

  it.each([
    ['text', FILE],
    ['bytes', bytesOf(FILE)],
    ['gzip', gzipOf(FILE)],
    [
      'CRLF, a byte order mark and quotes',
      `\uFEFF${HEADER.replace('Image name', '"Image name"')}\r\n${ROWS.join('\r\n')}\r\n\r\n`,
    ],
  ])('reads votes from %s', async (_, source) => {
    const { size, votes, splits } = await loadVotes(source);
    expect(size).toBe(6);
    expect([...splits]).toEqual([0, 0, 0, 1, 1, 2]);
    expect([...votes.subarray(0, 10)]).toEqual([4, 0, 0, 1, 3, 2, 0, 0, 0, 0]);
    expect([...votes.subarray(50)]).toEqual([0, 0, 1, 0, 2, 0, 0, 7, 0, 0]);
  });

  it.each([
    ['an empty file', '\n', { row: 1 }, 'received an empty file'],
    ['a header only', `${HEADER}\n`, { row: 2 }, 'received only a header'],
    ['another header', 'emotion,pixels\n', { row: 1 }, 'received "emotion,pixels"'],
    [
      'columns exchanged',
      FILE.replace('anger,disgust', 'disgust,anger'),
      { row: 1 },
      'expected the header Usage,Image name',
    ],
    ['a column too few', FILE.replace('fer1.png,', ''), { row: 3 }, 'expected 12 columns, received 11'],
    ['an unknown Usage', FILE.replace('PublicTest', 'Public'), { row: 5, column: 'Usage' }, 'received "Public"'],
    ['votes that are no number', FILE.replace('8', 'x'), { row: 3, column: 'happiness' }, 'received "x"'],
    ['votes below 0', FILE.replace('8', '-8'), { row: 3, column: 'happiness' }, 'expected a number of votes in 0..99'],
    ['truncated gzip data', gzipOf(FILE).slice(0, 90), {}, 'truncated or damaged'],
  ])('refuses %s', async (_, source, at, message) => {
    const error = (await failureOf(loadVotes(source, { file: 'votes.csv' }))) as DatasetError;
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ file: 'votes.csv', ...at });
    expect(error.message).toContain(message);
  });

  it('stops on a signal and refuses unknown options', async () => {
    expect(await failureOf(loadVotes(FILE, { signal: AbortSignal.abort('stop') }))).toBe('stop');
    await expect(loadVotes(FILE, { name: 'x' } as object)).rejects.toThrow(InputError);
  });
});

describe('joinFerPlus', () => {
  let votes: FerPlusVotes;
  const join = async (options?: FerPlusJoinOptions, data = dataset): Promise<Dataset> => {
    votes ??= await loadVotes(FILE);
    return joinFerPlus(data, votes, options);
  };

  it("makes the votes' distribution the target, without contempt, unknown and NF", async () => {
    const joined = await join({ target: 'probability' });
    expect(joined.size).toBe(6);
    expect(target(joined, 0)).toBeAllClose([0.3, 0.2, 0, 0, 0.1, 0, 0.4]);
    expect(target(joined, 1)).toBeAllClose([0, 0, 0, 1, 0, 0, 0]);
    expect(target(joined, 4)).toBeAllClose([0, 0, 0, 0, 0, 1, 0]);
    expect(target(joined, 5)).toBeAllClose([2 / 3, 0, 0, 0, 0, 1 / 3, 0]);
    expect([...joined.labels]).toEqual([...dataset.labels]);
  });

  it('keeps the label of a row without votes for one of the seven', async () => {
    expect(target(await join({ target: 'probability' }), 3)).toEqual([0, 0, 1, 0, 0, 0, 0]);
  });

  it('mixes 15 % of the votes into the label by default', async () => {
    const part = 0.15;
    expect(target(await join(), 0)).toBeAllClose([0.3 * part, 0.2 * part, 0, 0, 0.85 + 0.1 * part, 0, 0.4 * part]);
    expect(target(await join({ mix: 0.5 }), 5)).toBeAllClose([0.5 + 1 / 3, 0, 0, 0, 0, 0.5 / 3, 0]);
    expect(target(await join({ mix: 0 }), 0)).toEqual([0, 0, 0, 0, 1, 0, 0]);
  });

  it('uses the emotion with the most votes as the label, and keeps the old label in a tie', async () => {
    const joined = await join({ target: 'majority' });
    expect([...joined.labels]).toEqual([6, 3, 4, 2, 5, 0]);
    expect(joined.targets).toBeUndefined();
    const other = await join({ target: 'majority' }, dataset.withLabels(Uint8Array.of(0, 0, 6, 0, 0, 0)));
    expect([...other.labels]).toEqual([6, 3, 6, 0, 5, 0]);
    const neither = await join({ target: 'majority' }, dataset.withLabels(Uint8Array.of(0, 0, 0, 0, 0, 0)));
    expect(neither.labels[2]).toBe(4);
  });

  it('drops the rows in which a dropped choice has the most votes', async () => {
    const rows = async (drop: FerPlusJoinOptions['drop']): Promise<number[]> => [
      ...(await join({ ...(drop && { drop }) })).rows,
    ];
    expect(await rows(undefined)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(await rows(['NF'])).toEqual([2, 3, 4, 6, 7]);
    expect(await rows(['unknown'])).toEqual([2, 3, 4, 5, 7]);
    expect(await rows(['NF', 'unknown', 'contempt'])).toEqual([2, 3, 4]);
    expect(await rows(['neutral'])).toEqual([3, 4, 5, 6, 7]); // it only shares the lead in row 4
  });

  it('joins subsets by their rows, in any order', async () => {
    const whole = await join({ target: 'probability' });
    const part = await join({ target: 'probability' }, dataset.subset([5, 0, 2]));
    expect([0, 1, 2].map((i) => target(part, i))).toEqual([5, 0, 2].map((i) => target(whole, i)));
    const test = await join({ target: 'probability', drop: ['NF'] }, dataset.where('PublicTest'));
    expect([...test.rows]).toEqual([6]);
    expect(target(test, 0)).toEqual(target(whole, 4));
  });

  it('replaces targets and does not change the data set', async () => {
    const joined = await join({ target: 'majority' }, await join());
    expect(joined.targets).toBeUndefined();
    expect(dataset.targets).toBeUndefined();
  });

  it('uses only votes for images without labels', async () => {
    const unlabelled = dataset.subset([0, 5]).withLabels(Uint8Array.of(255, 255));
    expect(target(await join({ mix: 0.15 }, unlabelled), 0)).toBeAllClose([0.3, 0.2, 0, 0, 0.1, 0, 0.4]);
    expect([...(await join({ target: 'majority' }, unlabelled)).labels]).toEqual([6, 0]);
    const nothing = dataset.subset([3]).withLabels(Uint8Array.of(255));
    await expect(join({}, nothing)).rejects.toThrow(
      'joinFerPlus: row 5: expected a label or votes for one of the seven classes, received neither.',
    );
    expect((await join({ drop: ['NF'] }, nothing)).size).toBe(0);
  });

  it('refuses files that do not match', async () => {
    const short = await loadVotes([HEADER, ...ROWS.slice(0, 3)].join('\n'));
    expect(() => joinFerPlus(dataset, short)).toThrow(
      /row 5: expected a row in 2\.\.4, which have votes, received row 5\./,
    );
    expect(joinFerPlus(dataset.where('Training'), short).size).toBe(3);
    const shifted = await loadVotes([HEADER, ROWS[5], ...ROWS].join('\n'));
    expect(() => joinFerPlus(dataset, shifted)).toThrow(
      'joinFerPlus: row 2: expected the split Training in FER+, received PrivateTest. Use both files as published, with all rows in their order.',
    );
    await expect(join({}, tinyDataset([[1, 2, 3, 4]]))).rejects.toThrow(DatasetError);
  });

  it('refuses images of a folder and invalid options', async () => {
    await expect(join({}, new Dataset({ ...dataset, names: ['a', 'b', 'c', 'd', 'e', 'f'] }))).rejects.toThrow(
      InputError,
    );
    await expect(join({ target: 'soft' as 'mixed' })).rejects.toThrow('joinFerPlus: target');
    await expect(join({ mix: 2 })).rejects.toThrow('joinFerPlus: mix');
    await expect(join({ drop: ['notAFace' as 'NF'] })).rejects.toThrow('joinFerPlus: drop');
    expect(FERPLUS_CHOICES).toHaveLength(10);
  });
});
