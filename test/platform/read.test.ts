import { within } from '../../src/errors';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, WeightsError } from '../../src/errors';
import { fileName, type FileSource, isFile, readFile, type ReadOptions } from '../../src/platform/read';

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 256); // more than one piece of a file

const fail: ReadOptions['fail'] = (parts) => new WeightsError({ where: 'place', ...parts });
const read = (source: FileSource, options: Partial<ReadOptions> = {}) =>
  within('here', () => readFile(source, { fail, ...options }));

/** A stream of pieces, and whether it was canceled. */
function streamOf(...pieces: unknown[]) {
  const state = { canceled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pieces.length === 0) controller.close();
      else controller.enqueue(pieces.shift() as Uint8Array);
    },
    cancel: () => void (state.canceled = true),
  });
  return { stream, state };
}

let folder = '';
let server: Server;
let base = '';
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-read-'));
  await writeFile(at('file.bin'), BYTES);
  await writeFile(at('a #1? 100%.bin'), 'strange');
  await writeFile(at('empty'), '');
  await mkdir(at('folder'));
  server = createServer(({ url }, response) => {
    if (url === '/silent') return;
    if (url === '/stalled') return void response.writeHead(200, { 'content-length': 9 }).write('x');
    if (url === '/slow') {
      const steps = [1, 2, 3, 4].map((i) => setTimeout(() => response.write('x'), 150 * i));
      steps.push(setTimeout(() => response.end(), 750));
      return void response.writeHead(200);
    }
    if (url === '/cut')
      return void response.writeHead(200, { 'content-length': 9 }).write('x', () => response.destroy());
    const status = Number(/\d+$/.exec(url!) ?? 200);
    response.writeHead(status).end(status === 204 ? undefined : BYTES);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

describe('readFile in Node', () => {
  it.each<[kind: string, source: () => FileSource]>([
    ['bytes', () => BYTES],
    ['an ArrayBuffer', () => BYTES.slice().buffer],
    ['a Blob', () => new Blob([BYTES])],
    ['a File', () => new File([BYTES], 'file.bin')],
    ['a Response', () => new Response(BYTES)],
    ['a stream', () => streamOf(BYTES.slice(0, 10), BYTES.slice(10)).stream],
    ['a path', () => at('file.bin')],
    ['a file: URL', () => pathToFileURL(at('file.bin'))],
    ['a file: URL as a string', () => pathToFileURL(at('file.bin')).href],
    ['an http: URL', () => new URL(`${base}/file`)],
    ['an http: URL as a string', () => `${base}/file`],
    ['a URL with letters in upper case', () => `${base.replace('http', 'HTTP')}/file`],
    ['a data: URL', () => `data:application/octet-stream;base64,${Buffer.from(BYTES).toString('base64')}`],
    ['a blob: URL', () => URL.createObjectURL(new Blob([BYTES]))],
  ])('reads %s', async (_kind, source) => {
    expect(Buffer.compare(await read(source()), BYTES)).toBe(0);
  });

  it('takes a string that is no URL for a path, whatever stands in it', async () => {
    expect(Buffer.from(await read(at('a #1? 100%.bin'))).toString()).toBe('strange');
    for (const path of [
      'C:\\models\\face.png',
      'c:/face.png',
      '\\\\server\\face.png',
      'ftp://example.org/x',
      'emotion,pixels\n1,2',
    ]) {
      await expect(read(path)).rejects.toThrow(/^place: expected a file that can be read, received ENOENT: .*stat '/);
    }
  });

  it('gives bytes as they are, but copies what is shared or may be resized', async () => {
    expect(await read(BYTES)).toBe(BYTES);
    const part = BYTES.subarray(3, 9);
    expect(await read(part)).toBe(part);
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
    const resizable = new Uint8Array(Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }]) as ArrayBuffer).fill(8);
    for (const bytes of [shared, resizable, shared.buffer, resizable.buffer]) {
      const copy = await read(bytes as ArrayBuffer);
      expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
      expect((copy.buffer as { resizable?: boolean }).resizable ?? false).toBe(false);
      expect([...copy]).toEqual(bytes === shared || bytes === shared.buffer ? [7, 7, 7, 7] : [8, 8, 8, 8]);
    }
  });

  it('gives no bytes for an empty file or answer', async () => {
    for (const source of [at('empty'), new Blob([]), new Response(null), 'data:,'])
      expect(await read(source)).toHaveLength(0);
  });

  it('says of a folder what to do instead', async () => {
    const reading = read(at('folder'));
    await expect(reading).rejects.toThrow(WeightsError);
    await expect(reading).rejects.toThrow(
      /received a folder\. Pass its files one by one\. .*loadImageFolder and classifyFolder/,
    );
    await expect(reading).rejects.toHaveProperty('cause.code', 'EISDIR');
  });

  it.skipIf(process.platform === 'win32')('waits for no pipe and reads no device', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    for (const path of [at('pipe'), '/dev/zero']) await expect(read(path)).rejects.toThrow(/received a pipe or device/);
  });

  it.each<[what: string, source: () => unknown, message: RegExp]>([
    ['nothing', () => undefined, /^here: expected a path, a URL, a Blob or File, or bytes, received undefined/],
    ['an empty string', () => '', /^here: expected a path or URL, received ""/],
    ['a path with NUL', () => 'a\0b', /^here: expected a path or URL/],
    ['a number', () => 7, /received 7/],
    ['bytes of 16 bits', () => new Uint16Array(2), /a Uint16Array/],
    ['an object', () => ({ path: 'a' }), /keys \[path\]/],
  ])('refuses %s', async (_what, source, message) => {
    await expect(read(source() as FileSource)).rejects.toThrow(InputError);
    await expect(read(source() as FileSource)).rejects.toThrow(message);
  });

  it.each(['http://', 'https://exa mple.org', 'file://remotehost/x', 'data:x'])(
    'names what is wrong with %s',
    async (url) => {
      await expect(read(url)).rejects.toThrow(/^place: expected a file that can be read, received \S/);
    },
  );

  it.each([204, 206, 404, 500])('refuses an answer with status %i', async (status) => {
    await expect(read(`${base}/${status}`)).rejects.toThrow(
      `expected an answer with status 200, received status ${status}`,
    );
  });

  it('stops at maxBytes, and cancels what remains', async () => {
    const { stream, state } = streamOf(new Uint8Array(6), new Uint8Array(6), new Uint8Array(6));
    await expect(read(stream, { maxBytes: 11 })).rejects.toThrow('place: expected at most 11 bytes, received more.');
    await expect.poll(() => state.canceled).toBe(true);
    await expect(read(at('file.bin'), { maxBytes: BYTES.length - 1 })).rejects.toThrow(/at most 299999 bytes/);
    expect(await read(at('file.bin'), { maxBytes: BYTES.length })).toHaveLength(BYTES.length);
    await expect(read(`${base}/file`, { maxBytes: 10 })).rejects.toThrow(/at most 10 bytes/);
  });

  it('reports the bytes so far', async () => {
    const seen: number[] = [];
    await read(streamOf(new Uint8Array(6), new Uint8Array(5)).stream, { onBytes: (bytes) => seen.push(bytes) });
    expect(seen).toEqual([6, 11]);
  });

  it('shows the response before it reads it, and hands on what is thrown there', async () => {
    const error = new Error('no');
    const onResponse = (response: Response) => {
      expect(response.url).toBe(`${base}/file`);
      throw error;
    };
    await expect(read(`${base}/file`, { onResponse })).rejects.toHaveProperty('cause', error);
  });

  it.each(['silent', 'stalled'])('gives up on a %s server after timeoutMs', async (path) => {
    await expect(read(`${base}/${path}`, { timeoutMs: 400 })).rejects.toThrow(
      'place: expected data, received none for 400 ms. Try again, or raise the option timeoutMs.',
    );
  });

  it('waits for each further piece anew, and forever if told so', async () => {
    expect(await read(`${base}/slow`, { timeoutMs: 500 })).toHaveLength(4); // all of it takes 750 ms
    expect(await read(`${base}/slow`, { timeoutMs: Infinity })).toHaveLength(4);
  });

  it('says how far a download came that was cut off', async () => {
    await expect(read(`${base}/cut`)).rejects.toThrow(
      /expected (the whole file, received 1 of its bytes, then |a file)/,
    );
  });

  it('throws the reason of the signal, before and while it reads, and lets go of the source', async () => {
    const reason = new Error('enough');
    await expect(read(BYTES, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    for (const source of ['silent', 'stalled'].map((path) => `${base}/${path}`)) {
      const controller = new AbortController();
      const reading = read(source, { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 50);
      await expect(reading).rejects.toBe(reason);
    }
    const { stream, state } = streamOf(new Uint8Array(1), new Uint8Array(1), new Uint8Array(1));
    const controller = new AbortController();
    await expect(read(stream, { signal: controller.signal, onBytes: () => controller.abort(reason) })).rejects.toBe(
      reason,
    );
    await expect.poll(() => state.canceled).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')('closes every file in the end', async () => {
    await read(at('file.bin'));
    await read(at('file.bin'), { maxBytes: 10 }).catch(() => undefined);
    const controller = new AbortController();
    await read(at('file.bin'), { signal: controller.signal, onBytes: () => controller.abort() }).catch(() => undefined);
    const open = async () => {
      const files = await readdir('/proc/self/fd');
      const paths = await Promise.all(files.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
      return paths.filter((path) => path.startsWith(folder));
    };
    await expect.poll(open).toEqual([]);
  });

  it('refuses a stream or response that somebody reads from, and one of something else than bytes', async () => {
    const { stream } = streamOf(BYTES);
    stream.getReader();
    await expect(read(stream)).rejects.toThrow(/nobody has read from, received one that is locked or used up/);
    const response = new Response(BYTES);
    await response.arrayBuffer();
    await expect(read(response)).rejects.toThrow(/locked or used up/);
    await expect(read(streamOf('text').stream)).rejects.toThrow('place: expected a stream of bytes, received "text".');
  });
});

describe('isFile', () => {
  it.each([
    ['a.png'],
    [new URL('file:///a')],
    [new Blob([])],
    [new File([], 'a')],
    [new Uint8Array(1)],
    [Buffer.of(1)],
    [new ArrayBuffer(1)],
  ])('is true for %s', (input) => {
    expect(isFile(input)).toBe(true);
  });

  it('goes by the kind, since classes differ between the frames of a page', () => {
    expect(isFile({ [Symbol.toStringTag]: 'URL', toString: () => 'https://example.org/a.png' })).toBe(true);
  });

  it.each([[undefined], [7], [new Uint8ClampedArray(1)], [{ data: new Uint8Array(1) }], [[1]]])(
    'is false for %s',
    (input) => {
      expect(isFile(input)).toBe(false);
    },
  );
});

describe('fileName', () => {
  it.each<[source: unknown, name: string | undefined]>([
    ['face.png', 'face.png'],
    ['/photos/face.png', 'face.png'],
    ['C:\\photos\\face.png', 'face.png'],
    ['photos/', 'photos'],
    ['a?b#c.png', 'a?b#c.png'],
    ['https://example.org/a/face.png?key=secret#x', 'face.png'],
    [new URL('https://example.org/face.png?key=secret'), 'face.png'],
    ['data:image/png;base64,c2VjcmV0', 'data: URL'],
    [new URL('data:,secret/part'), 'data: URL'],
    [new File([], 'face.png'), 'face.png'],
    ['/', undefined],
    ['x'.repeat(100), 'x'.repeat(80)],
    [new Blob([]), undefined],
    [new Uint8Array(1), undefined],
    [new Response(''), undefined],
  ])('of %s is %s', (source, name) => {
    expect(fileName(source)).toBe(name);
  });
});
