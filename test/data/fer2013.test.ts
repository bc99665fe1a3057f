import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileSource } from '../../src/platform/read';
import { loadFer2013 } from '../../src/data/fer2013';
import { DatasetError, InputError } from '../../src/errors';
import { useBackend } from '../support/backends';
import { bytesOf, csvOf, failureOf, goodPixels, gzipOf, loadText, pixelsOfRow, PIXELS, streamOf } from './fixtures';

const CSV = csvOf(4);
const LONG = csvOf(2000); // 17 MB

describe('loadFer2013 reads every published form', () => {
  const quoted = (i: number): string => `"${goodPixels(i)}"`;
  const both = (separator: string): string => csvOf(2).replaceAll('\n', separator);
  const FORMS: [name: string, text: string, labels: number[], splits: number[]][] = [
    ['fer2013.csv', csvOf(2), [0, 1], [0, 1]],
    [
      'icml_face_data.csv',
      `emotion, Usage, pixels\n0,Training,${goodPixels(0)}\n1,PublicTest,${goodPixels(1)}\n`,
      [0, 1],
      [0, 1],
    ],
    ['train.csv', `emotion,pixels\n0,${quoted(0)}\n1,${quoted(1)}\n`, [0, 1], [255, 255]],
    ['test.csv', `pixels\n${quoted(0)}\n${quoted(1)}\n`, [255, 255], [255, 255]],
    [
      'columns in another order',
      `Usage,pixels,emotion\nTraining,${goodPixels(0)},0\nPublicTest,${goodPixels(1)},1\n`,
      [0, 1],
      [0, 1],
    ],
    ['CRLF', both('\r\n'), [0, 1], [0, 1]],
    ['a byte order mark', `\uFEFF${csvOf(2)}`, [0, 1], [0, 1]],
    [
      'a byte order mark before quotes',
      `\uFEFF"emotion","pixels"\r\n"0",${quoted(0)}\r\n"1",${quoted(1)}\r\n`,
      [0, 1],
      [255, 255],
    ],
    ['no line break at the end', csvOf(2).trimEnd(), [0, 1], [0, 1]],
    ['pixels at the end of the file', `pixels\n${goodPixels(0)}\n${goodPixels(1)}`, [255, 255], [255, 255]],
    ['blank lines', `\n${both('\n\n')}\n \r\n\r\n`, [0, 1], [0, 1]],
    [
      'blank lines in a file of pixels',
      `pixels\n\n${goodPixels(0)}\r\n\r\n${goodPixels(1)}\n\n  \n`,
      [255, 255],
      [255, 255],
    ],
    [
      'blanks around fields',
      `emotion , "pixels" ,Usage\n 0 , ${quoted(0)} , Training \n1,  ${goodPixels(1)}\t,PublicTest\n`,
      [0, 1],
      [0, 1],
    ],
    [
      'other case',
      `EMOTION,Pixels,usage\n0,${goodPixels(0)},training\n1,${goodPixels(1)},PUBLICTEST\n`,
      [0, 1],
      [0, 1],
    ],
    ['names of emotions', `emotion,pixels\nangry,${goodPixels(0)}\nDisgust,${goodPixels(1)}\n`, [0, 1], [255, 255]],
    [
      'zeros before numbers',
      `emotion,pixels\n0,${goodPixels(0).replace(/\b(\d)\b/g, '000$1')}\n1,${goodPixels(1)}\n`,
      [0, 1],
      [255, 255],
    ],
  ];

  it.each(FORMS)('%s', async (_, text, labels, splits) => {
    const dataset = await loadFer2013(bytesOf(text));
    expect(dataset.size).toBe(2);
    expect([...dataset.labels]).toEqual(labels);
    expect([...dataset.splits]).toEqual(splits);
    expect([...dataset.rows]).toEqual([2, 3]);
    expect(dataset.images).toEqual(Uint8Array.from([...pixelsOfRow(0), ...pixelsOfRow(1)]));
    expect([dataset.height, dataset.width, dataset.channels, dataset.numClasses]).toEqual([48, 48, 1, 7]);
    expect(dataset.skipped).toEqual([]);
  });
});

describe('loadFer2013 takes every kind of source, plain and gzipped', () => {
  const server = createServer((request, response) => {
    if (request.url!.startsWith('/missing')) return void response.writeHead(404).end();
    response.end(request.url!.endsWith('.gz') ? gzipOf(CSV) : CSV);
  });
  let base = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  const SOURCES: [name: string, source: () => FileSource][] = [
    ['Uint8Array', () => bytesOf(CSV)],
    ['Uint8Array that is a view', () => bytesOf(`xx${CSV}`).subarray(2)],
    ['Buffer', () => Buffer.from(CSV)],
    ['ArrayBuffer', () => bytesOf(CSV).buffer],
    ['Blob', () => new Blob([CSV])],
    ['File', () => new File([CSV], 'faces.csv')],
    ['Response', () => new Response(CSV)],
    ['ReadableStream', () => streamOf(bytesOf(CSV), 1, 1, 700)],
    ['URL', () => new URL(`${base}/fer2013.csv`)],
    ['URL as a string', () => `${base}/fer2013.csv`],
    ['SharedArrayBuffer', () => sharedOf(CSV) as never],
    ['bytes in a buffer that can be resized', () => resizableOf(CSV)],
    ['gzip: bytes in a shared buffer', () => new Uint8Array(sharedOf(gzipOf(CSV)))],
    ['gzip: bytes in a buffer that can be resized', () => resizableOf(gzipOf(CSV))],
    ['gzip: Uint8Array', () => gzipOf(CSV)],
    ['gzip: ArrayBuffer', () => gzipOf(CSV).buffer],
    ['gzip: Blob', () => new Blob([gzipOf(CSV)])],
    ['gzip: Response', () => new Response(gzipOf(CSV))],
    ['gzip: ReadableStream whose first byte comes alone', () => streamOf(gzipOf(CSV), 1, 3000)],
    ['gzip: URL', () => new URL(`${base}/fer2013.csv.gz`)],
  ];

  it.each(SOURCES)('%s', async (_, source) => {
    const dataset = await loadFer2013(source());
    expect([...dataset.labels]).toEqual([0, 1, 2, 3]);
    expect(dataset.images.subarray(3 * PIXELS)).toEqual(pixelsOfRow(3));
  });

  it('takes a string for a path, never for the text of a file', async () => {
    await expect(loadFer2013(CSV)).rejects.toThrow(DatasetError);
    await expect(loadFer2013('')).rejects.toThrow(InputError);
  });

  it('rejects if a file or URL cannot be read', async () => {
    const failure = (await failureOf(loadFer2013('data/none.csv'))) as DatasetError;
    expect(failure).toBeInstanceOf(DatasetError);
    expect(failure.message).toMatch(/none\.csv.*expected a file that can be read, received .*ENOENT/);
    expect(failure.cause).toBeInstanceOf(Error);
    await expect(loadFer2013(new URL(`${base}/missing.csv`))).rejects.toThrow(/missing\.csv.* received status 404/);
  });

  it.each([[null], [undefined], [7], [{}], [[1, 2, 3]]])('refuses %j as a source', async (source) => {
    await expect(loadFer2013(source as unknown as FileSource)).rejects.toThrow(InputError);
  });

  it('refuses a locked stream and a consumed response', async () => {
    const stream = streamOf(bytesOf(CSV), 100);
    stream.getReader();
    await expect(loadFer2013(stream)).rejects.toThrow(/expected a stream or response that nobody has read from/);
    const response = new Response(CSV);
    await response.text();
    await expect(loadFer2013(response)).rejects.toThrow(InputError);
  });
});

function sharedOf(content: string | Uint8Array): SharedArrayBuffer {
  const bytes = typeof content === 'string' ? bytesOf(content) : content;
  const buffer = new SharedArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

function resizableOf(content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === 'string' ? bytesOf(content) : content;
  const options = { maxByteLength: 2 * bytes.length }; // which TypeScript does not know yet
  const buffer = new (ArrayBuffer as new (length: number, options: object) => ArrayBuffer)(bytes.length, options);
  new Uint8Array(buffer).set(bytes);
  return new Uint8Array(buffer);
}

describe('loadFer2013 options', () => {
  it('keeps one split, or several, with their rows of the file', async () => {
    const training = await loadText(CSV, { split: 'Training' });
    expect([...training.rows]).toEqual([2, 5]);
    expect(training.images).toEqual(Uint8Array.from([...pixelsOfRow(0), ...pixelsOfRow(3)]));
    const tests = await loadText(CSV, { split: ['PublicTest', 'PrivateTest'] });
    expect([...tests.rows]).toEqual([3, 4]);
  });

  it('refuses a split that the file does not have', async () => {
    await expect(loadText(csvOf(1), { split: 'PublicTest' })).rejects.toThrow(
      'loadFer2013: expected at least one row of split PublicTest, received 1 other rows.',
    );
    await expect(loadText(`emotion,pixels\n0,${goodPixels()}`, { split: 'Training' })).rejects.toThrow(/column Usage/);
  });

  it.each([
    [{ split: 'Test' }, /split: expected one of/],
    [{ onInvalid: 'ignore' }, /onInvalid: expected one of/],
    [{ useage: 'Training' }, /received the key "useage"/],
  ])('refuses the options %j', async (options, message) => {
    await expect(loadText(CSV, options as object)).rejects.toThrow(message);
  });

  it('skips bad rows and lists them with row and column', async () => {
    const good = (i: number): string => `${i},${goodPixels(i)},Training`;
    const text = [
      'emotion,pixels,Usage',
      good(0),
      `9,${goodPixels()},Training`,
      `1,${goodPixels().slice(0, -4)} x,Training`,
      good(3),
      `1,1 2 3,Training`,
      '',
      `1,${goodPixels()},Testing,more`,
      good(4),
      '5,1 2',
    ].join('\n');
    for (const sizes of [[text.length], [1000, 77], [1]]) {
      const dataset = await loadFer2013(streamOf(bytesOf(text), ...sizes), { onInvalid: 'skip', file: 'f.csv' });
      expect([...dataset.rows]).toEqual([2, 5, 8]);
      expect([...dataset.labels]).toEqual([0, 3, 4]);
      expect(dataset.images.subarray(2 * PIXELS)).toEqual(pixelsOfRow(4));
      expect(dataset.skipped.map(({ row, column, file }) => [row, column, file])).toEqual([
        [3, 'emotion', 'f.csv'],
        [4, 'pixels', 'f.csv'],
        [6, 'pixels', 'f.csv'],
        [7, 'Usage', 'f.csv'],
        [9, 'pixels', 'f.csv'],
      ]);
    }
  });

  it('refuses a file without a good row, even if bad rows are skipped', async () => {
    await expect(loadText('emotion,pixels\n0,1 2\n1,2', { onInvalid: 'skip' })).rejects.toThrow(
      'expected at least one row, received 2 other rows, 2 of them bad, the first at loadFer2013: row 2, column pixels: ' +
        'expected 2304 pixels, received 2.',
    );
  });

  it('reports progress in bytes of the source up to its size', async () => {
    const text = csvOf(300);
    const zipped = gzipOf(text);
    for (const [source, total] of [
      [bytesOf(text), text.length],
      [new Blob([zipped]), zipped.length],
    ] as const) {
      const reports: { bytes: number; totalBytes: number | undefined; rows: number }[] = [];
      await loadFer2013(source, { onProgress: (report) => reports.push(report) });
      expect(reports.length).toBeGreaterThan(1);
      expect(reports.at(-1)).toEqual({ bytes: total, totalBytes: total, rows: 300 });
      const rows = reports.map((report) => report.rows);
      expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    }
  });

  it('has no size for a stream or a response with a content encoding', async () => {
    const encoded = new Response(CSV, { headers: { 'content-encoding': 'br', 'content-length': '99' } });
    const plain = new Response(CSV, { headers: { 'content-length': `${CSV.length}` } });
    const totals: (number | undefined)[] = [];
    for (const source of [streamOf(bytesOf(CSV), 5000), encoded, plain]) {
      await loadFer2013(source, { onProgress: ({ totalBytes }) => totals.push(totalBytes) });
    }
    expect(totals).toEqual([undefined, undefined, CSV.length]);
  });

  it('lets other work of the program continue while it parses bytes', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await loadFer2013(bytesOf(LONG));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it('creates no tensors', async () => {
    await useBackend('cpu');
    const before = tf.memory().numTensors;
    await loadText(CSV);
    await failureOf(loadFer2013('pixels\n1'));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('loadFer2013 stops on a signal and throws its reason', () => {
  it('before it begins', async () => {
    const reason = new Error('no more');
    expect(await failureOf(loadText(CSV, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it.each(['plain', 'gzip'])('while a stream (%s) that says nothing is awaited, and cancels it', async (kind) => {
    const controller = new AbortController();
    const start = kind === 'gzip' ? gzipOf(CSV).slice(0, 900) : bytesOf(CSV).slice(0, 900);
    let cancelled: unknown;
    const stream = new ReadableStream<Uint8Array>({
      start: (target) => target.enqueue(start),
      cancel: (reason) => void (cancelled = reason),
    });
    const loading = failureOf(loadFer2013(stream, { signal: controller.signal }));
    setTimeout(() => controller.abort('enough'), 20);
    expect(await loading).toBe('enough');
    expect(cancelled).toBe('enough');
  });

  it.each(['bytes', 'blob', 'gzip'])('in the midst of %s', async (kind) => {
    const text = LONG;
    const source = { bytes: bytesOf(text), blob: new Blob([text]), gzip: gzipOf(text) }[kind]!;
    const controller = new AbortController();
    const seen: number[] = [];
    const failure = await failureOf(
      loadFer2013(source, {
        signal: controller.signal,
        onProgress: ({ rows }) => {
          seen.push(rows);
          controller.abort(new Error('stop'));
        },
      }),
    );
    expect((failure as Error).message).toBe('stop');
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeLessThan(2000);
  });

  it('leaves no listener on a signal after success', async () => {
    let listeners = 0;
    const { signal } = new AbortController();
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    await loadFer2013(new Blob([CSV]), { signal });
    expect(listeners).toBe(0);
  });
});

describe('loadFer2013 and sources that fail', () => {
  it('keeps the cause of a stream that fails, and names the row if it came to one', async () => {
    const cause = new TypeError('terminated');
    for (const [head, hasRows] of [
      [bytesOf(CSV).slice(0, 20_000), true],
      [gzipOf(CSV).slice(0, 6000), false], // nothing is unpacked before the stream fails
    ] as const) {
      let pulls = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull: (target) => (pulls++ === 0 ? target.enqueue(head) : target.error(cause)),
      });
      const failure = (await failureOf(loadFer2013(stream))) as DatasetError;
      expect(failure).toBeInstanceOf(DatasetError);
      expect(failure.message).toMatch(/expected the whole file, received \d+ of its bytes, then terminated/);
      expect(failure.cause).toBe(cause);
      expect(failure.row !== undefined).toBe(hasRows);
      expect(failure.row ?? 1).toBeGreaterThan(0);
    }
  });

  it('refuses a stream of something else than bytes', async () => {
    const stream = new ReadableStream({ start: (target) => target.enqueue('emotion,pixels') });
    await expect(loadFer2013(stream as ReadableStream<Uint8Array>)).rejects.toThrow(
      /expected a stream of bytes, received "emotion,pixels"/,
    );
  });

  it('cancels a stream at a bad row', async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (target) => target.enqueue(bytesOf('emotion,pixels\n7,')),
      cancel: () => void (cancelled = true),
    });
    await expect(loadFer2013(stream)).rejects.toThrow(DatasetError);
    expect(cancelled).toBe(true);
  });
});
