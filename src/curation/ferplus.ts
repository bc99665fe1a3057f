import { within } from '../errors';
import { labelFromName } from '../labels';
import { object, optional, type Schema, signal, text } from '../schema';
import { type FaultReporter, faultsIn } from '../data/fault';
import { quote, unquote } from '../data/fer2013-header';
import { openSource } from '../data/source';
import { fileName, type FileSource } from '../platform/read';
import { NO_SPLIT, splitFromName } from '../data/split-names';

/** The choices of the FER+ taggers, in the order of the file's columns. */
export const FERPLUS_CHOICES = [
  'neutral',
  'happiness',
  'surprise',
  'sadness',
  'anger',
  'disgust',
  'fear',
  'contempt',
  'unknown',
  'NF',
] as const;

/** A choice of FER+: one of eight emotions, 'unknown' or 'NF' (not a face). */
export type FerPlusChoice = (typeof FERPLUS_CHOICES)[number];

/** The FER2013 label of each of {@link FERPLUS_CHOICES}; undefined for contempt, unknown and NF. */
export const FERPLUS_LABELS: readonly (number | undefined)[] = FERPLUS_CHOICES.map((choice) => labelFromName(choice));

/** The votes of a FER+ file. Row i belongs to the i-th row of FER2013 after its header. */
export interface FerPlusVotes {
  /** The number of rows. */
  readonly size: number;
  /** Votes, [size, 10], in the order of the columns of the file. */
  readonly votes: Uint8Array;
  /** Splits, [size], indices into `SPLITS`. */
  readonly splits: Uint8Array;
}

/** Options of {@link loadFerPlus}. */
export interface FerPlusOptions {
  /** Aborts reading. */
  signal?: AbortSignal;
  /** The file name in error messages. Default: the name of the source, if it has one. */
  file?: string;
}

const WHERE = 'loadFerPlus';
const parse = object({ signal, file: optional(text) } satisfies Schema<FerPlusOptions>);
const COLUMNS = ['Usage', 'Image name', ...FERPLUS_CHOICES];

/**
 * Loads the votes of FER+ (`fer2013new.csv`, plain or gzipped): the choices of ten taggers for each image of FER2013.
 *
 * Source: Barsoum et al., "Training Deep Models for Facial Expression Recognition with Crowd-Sourced Label
 * Distribution", 2016 (arXiv:1608.01041).
 *
 * @param source Any source that `loadFer2013` takes.
 * @param options The abort signal and the file name.
 * @returns The votes in file order, for `joinFerPlus`.
 * @throws DatasetError with file, row and column if the source cannot be read or is not such a file.
 * @throws The signal's reason when it is aborted.
 * @example
 * ```ts
 * const votes = await loadFerPlus('https://example.org/fer2013new.csv');
 * const soft = joinFerPlus(dataset, votes, { target: 'probability', drop: ['NF'] });
 * ```
 */
export async function loadFerPlus(source: FileSource, options: FerPlusOptions = {}): Promise<FerPlusVotes> {
  const { signal, file = fileName(source) } = parse(WHERE, options);
  return within(WHERE, () => read(source, signal, faultsIn(WHERE, file)));
}

async function read(source: FileSource, signal: AbortSignal | undefined, fault: FaultReporter): Promise<FerPlusVotes> {
  const input = await openSource(source, { signal, fault });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of input.chunks) {
    signal?.throwIfAborted();
    text += decoder.decode(chunk, { stream: true });
  }
  return parseVotes(text + decoder.decode(), fault);
}

function parseVotes(text: string, fault: FaultReporter): FerPlusVotes {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw fault({ row: 1, expected: 'a header row', received: 'an empty file' });
  const header = lines[0]!.split(',').map(unquote);
  if (/^fer\d{7}\.png$/.test(header[0]!)) {
    throw fault({
      row: 1,
      expected: `the header ${COLUMNS.join()}`,
      received: "FER+'s label.csv",
      remedy: 'Pass fer2013new.csv.',
    });
  }
  if (header.join().toLowerCase() !== COLUMNS.join().toLowerCase()) {
    throw fault({ row: 1, expected: `the header ${COLUMNS.join()}`, received: quote(lines[0]!.trim()) });
  }
  const size = lines.length - 1;
  if (size === 0) throw fault({ row: 2, expected: 'at least one row', received: 'only a header' });
  const votes = new Uint8Array(size * FERPLUS_CHOICES.length);
  const splits = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const row = i + 2;
    const fields = lines[i + 1]!.split(',').map(unquote);
    if (fields.length !== COLUMNS.length) {
      throw fault({ row, expected: `${COLUMNS.length} columns`, received: `${fields.length}` });
    }
    splits[i] = splitFromName(fields[0]!);
    if (splits[i] === NO_SPLIT) throw fault({ row, column: 'Usage', expected: 'a split', received: quote(fields[0]!) });
    fields.slice(2).forEach((field, choice) => {
      if (!/^\d{1,2}$/.test(field)) {
        const column = FERPLUS_CHOICES[choice]!;
        throw fault({ row, column, expected: 'a number of votes in 0..99', received: quote(field) });
      }
      votes[i * FERPLUS_CHOICES.length + choice] = Number(field);
    });
  }
  return { size, votes, splits };
}
