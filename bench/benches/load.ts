import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { loadFer2013 } from 'fer-cnn';
import { race, timed, type Contender } from '../support/measure';
import { findPython, python } from '../support/python';
import type { Bench } from '../support/section';

const MADE_UP = 5000; // rows, when the real file is not given

/** Reading `fer2013.csv` from disk, against the usual way in Python. */
export const load: Bench = {
  name: 'load',
  async *run(context) {
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-bench-'));
    try {
      const file = join(folder, 'fer2013.csv');
      await writeCsv(context.data, file);
      const { size } = await loadFer2013(file);
      const contenders: Contender[] = [
        { name: 'loadFer2013', images: size, measure: () => timed(() => loadFer2013(file)) },
      ];
      const path = findPython(['numpy']);
      if (path) contenders.push(await python('Python', path, 'read_csv.py', [file], { images: size }));
      const origin = context.data ? 'the real file' : 'made-up pictures (--data FILE takes the real file)';
      const note = `${size} rows of ${origin}, plain CSV. Python: csv.DictReader, split, int, numpy array, as most programs for this set have it.`;
      yield await race('Reading fer2013.csv', contenders, { ...context, rounds: Math.min(context.rounds, 3) }, note);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** The plain CSV file at `target`: a copy of the given one, or made-up pictures. */
async function writeCsv(source: string | undefined, target: string): Promise<void> {
  if (source === undefined) return pipeline(Readable.from(madeUpRows()), createWriteStream(target));
  if (!existsSync(source)) throw new Error(`--data ${source}: no such file`);
  const input = createReadStream(source);
  if (source.endsWith('.gz')) await pipeline(input, createGunzip(), createWriteStream(target));
  else await pipeline(input, createWriteStream(target));
}

function* madeUpRows(): Generator<string> {
  yield 'emotion,pixels,Usage\n';
  for (let row = 0; row < MADE_UP; row++) {
    const pixels = Array.from({ length: 48 * 48 }, (_, i) => (i * 7919 + row * 104729) % 256);
    yield `${row % 7},${pixels.join(' ')},Training\n`;
  }
}
