import { within } from '../../src/errors';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FerError, InputError } from '../../src/errors';
import { toGraySize } from '../../src/image/preprocess';
import { decodeFile, type ImageSource, loadImage, type LoadImageOptions, readImages } from '../../src/image/read';
import type { PixelData } from '../../src/image/pixels';
import { useBackend } from '../support/backends';

// 3 × 2 pixels: the upper row red, green, blue; the lower one black, gray, white.
const RGB = [200, 0, 0, 0, 200, 0, 0, 0, 200, 0, 0, 0, 128, 128, 128, 255, 255, 255];
const picture = () => sharp(Uint8Array.from(RGB), { raw: { width: 3, height: 2, channels: 3 } });
const large = () => sharp({ create: { width: 200, height: 100, channels: 3, background: { r: 90, g: 160, b: 40 } } });

/** Decodes a file in Node, where that gives plain pixels. */
const decodeImage = (source: Uint8Array | ArrayBuffer | Blob | URL | string, options?: LoadImageOptions) =>
  within('decodeImage', () => decodeFile(source, options)) as Promise<PixelData & { data: Uint8Array }>;

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url);

/** A TIFF of one row of gray pixels of 32 bits: floats, or unsigned integers where the sample format is 1. */
function floatTiff(values: readonly number[], sampleFormat = 3): Uint8Array {
  const tags = [
    [256, values.length], // width
    [257, 1], // height
    [258, 32], // bits a sample
    [259, 1], // no compression
    [262, 1], // black is 0
    [273, 8], // where the pixels are
    [277, 1], // samples a pixel
    [278, 1], // rows a strip
    [279, 4 * values.length], // bytes of the strip
    [339, sampleFormat],
  ] as const;
  const view = new DataView(new ArrayBuffer(8 + 4 * values.length + 2 + 12 * tags.length + 4));
  const directory = 8 + 4 * values.length;
  [0x49, 0x49, 42, 0].forEach((byte, i) => view.setUint8(i, byte));
  view.setUint32(4, directory, true);
  values.forEach((value, i) => view.setFloat32(8 + 4 * i, value, true));
  view.setUint16(directory, tags.length, true);
  tags.forEach(([tag, value], i) => {
    const at = directory + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, 4, true); // LONG
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, value, true);
  });
  return new Uint8Array(view.buffer);
}

let folder = '';
beforeAll(async () => {
  await useBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-decode-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.doUnmock('sharp');
  vi.resetModules();
});

describe('the decoding of a file in Node', () => {
  it.each([
    { format: 'PNG', encoded: () => picture().png() },
    { format: 'palette PNG', encoded: () => picture().png({ palette: true }) },
    { format: '16-bit PNG', encoded: () => picture().toColourspace('rgb16').png() },
    { format: 'WebP', encoded: () => picture().webp({ lossless: true }) },
    { format: 'TIFF', encoded: () => picture().tiff({ compression: 'none' }) },
  ])('decodes $format to 8-bit RGB', async ({ encoded }) => {
    const image = await decodeImage(await encoded().toBuffer());
    expect(image).toMatchObject({ width: 3, height: 2, channels: 3 });
    expect(image.data).toBeAllClose(RGB, { atol: 1, rtol: 0 });
  });

  it.each([
    { format: 'JPEG', encoded: () => large().jpeg({ quality: 95 }) },
    { format: 'CMYK JPEG', encoded: () => large().toColourspace('cmyk').jpeg({ quality: 95 }), tolerance: 30 },
    { format: 'GIF', encoded: () => large().gif() },
    { format: 'AVIF', encoded: () => large().avif({ quality: 90 }) },
  ])('decodes $format', async ({ encoded, tolerance = 4 }) => {
    const image = await decodeImage(await encoded().toBuffer());
    expect(image).toMatchObject({ width: 200, height: 100 });
    expect(image.data.subarray(0, 3)).toBeAllClose([90, 160, 40], { atol: tolerance, rtol: 0 });
  });

  it('keeps gray as one channel, from 8 and from 16 bits', async () => {
    const values = Uint8Array.of(0, 77, 128, 255);
    const gray = sharp(values, { raw: { width: 2, height: 2, channels: 1 } });
    for (const space of ['b-w', 'grey16']) {
      const image = await decodeImage(await gray.clone().toColourspace(space).png().toBuffer());
      expect(image).toMatchObject({ width: 2, height: 2, channels: 1 });
      expect(image.data).toBeAllClose(values, { atol: 1, rtol: 0 });
    }
  });

  it('keeps transparency, also of gray pictures', async () => {
    const rgba = await decodeImage(await picture().ensureAlpha(0.2).png().toBuffer());
    expect(rgba.channels).toBe(4);
    expect(rgba.data.subarray(0, 4)).toEqual(Uint8Array.of(200, 0, 0, 51));
    const gray = sharp(Uint8Array.of(9, 100), { raw: { width: 1, height: 1, channels: 2 } });
    const grayAlpha = await decodeImage(await gray.png().toBuffer());
    expect(grayAlpha).toMatchObject({ channels: 4, data: Uint8Array.of(9, 9, 9, 100) });
  });

  it('takes the first frame of an animation', async () => {
    const frames = Uint8Array.from({ length: 4 * 4 * 2 * 3 }, (_, i) => (i < 48 ? 10 : 250));
    const animation = sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } });
    const image = await decodeImage(await animation.gif().toBuffer());
    expect(image).toMatchObject({ width: 4, height: 4 });
    expect(image.data.subarray(0, 3)).toBeAllClose([10, 10, 10], { atol: 2, rtol: 0 });
  });

  it('turns a photo by its EXIF orientation', async () => {
    // Orientation 6: the camera lay on its side, a quarter turn clockwise shows the picture upright.
    const turned = await picture().tiff({ compression: 'none' }).withMetadata({ orientation: 6 }).toBuffer();
    const image = await decodeImage(turned);
    expect(image).toMatchObject({ width: 2, height: 3 });
    expect(image.data.subarray(0, 6)).toEqual(Uint8Array.of(0, 0, 0, 200, 0, 0));
  });

  it('takes a path, a file: URL, an ArrayBuffer and a part of a larger buffer alike', async () => {
    const bytes = await picture().png().toBuffer();
    const path = join(folder, 'a face.png');
    await writeFile(path, bytes);
    const padded = new Uint8Array(bytes.length + 20);
    padded.set(bytes, 10);
    const expected = await decodeImage(bytes);
    const buffer = padded.slice(10, 10 + bytes.length).buffer;
    for (const source of [path, pathToFileURL(path), buffer, padded.subarray(10, 10 + bytes.length)]) {
      expect(await decodeImage(source)).toEqual(expected);
    }
  });

  it('decodes 16-bit gray to 8-bit gray, and gray with alpha to RGBA', async () => {
    const levels = Uint16Array.of(0, 257 * 100, 65_535);
    const deep = sharp(levels, { raw: { width: 3, height: 1, channels: 1 } }).toColourspace('grey16');
    expect(await decodeImage(await deep.png().toBuffer())).toEqual({
      data: Uint8Array.of(0, 100, 255),
      width: 3,
      height: 1,
      channels: 1,
    });
    const veiled = sharp(Uint8Array.of(50, 128), { raw: { width: 1, height: 1, channels: 2 } });
    const image = await decodeImage(await veiled.png().toBuffer());
    expect(image).toMatchObject({ channels: 4, data: Uint8Array.of(50, 50, 50, 128) });
  });

  it('stops when its signal is aborted, before it reads or in a download', async () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(decodeImage('nowhere.png', { signal: aborted })).rejects.toThrow('enough');
    const server = createServer(() => undefined); // never answers
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/face.png`);
    const controller = new AbortController();
    const pending = decodeImage(url, { signal: controller.signal });
    controller.abort(new Error('too late'));
    await expect(pending).rejects.toThrow('too late');
    server.close();
  });

  it('says with which status a server refused', async () => {
    const server = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/face.png`);
    await expect(decodeImage(url)).rejects.toThrow(
      /face\.png: expected an answer with status 200, received status 404/,
    );
    server.close();
  });

  it('gives a tensor to those who ask for one', async () => {
    const images = await within('here', async () => readImages(await picture().png().toBuffer()));
    const gray = toGraySize(images, [2, 3]);
    expect(gray.dataSync()).toBeAllClose([59.8, 117.4, 22.8, 0, 128, 255], { atol: 1e-4 });
    tf.dispose([images, gray]);
  });

  it('names the file that it cannot read and keeps the cause', async () => {
    const error = await decodeImage(join(folder, 'missing.png')).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toHaveProperty('message', expect.stringMatching(/^decodeImage: missing\.png: .*ENOENT/));
    expect(error).toHaveProperty('cause.code', 'ENOENT');
    await expect(decodeImage(folder)).rejects.toThrow(
      /a folder\. Pass its files one by one\. .*loadImageFolder and classifyFolder/,
    );
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe', async () => {
    const pipe = join(folder, 'pipe.png');
    execFileSync('mkfifo', [pipe]);
    await expect(decodeImage(pipe)).rejects.toThrow(
      /pipe\.png: expected a file that can be read, received a pipe or device/,
    );
  });

  it('refuses damaged pictures', async () => {
    const noise = Uint8Array.from({ length: 200 * 200 }, (_, i) => (i * 7919) % 251);
    const jpeg = await sharp(noise, { raw: { width: 200, height: 200, channels: 1 } })
      .jpeg()
      .toBuffer();
    const path = join(folder, 'half.jpg');
    await writeFile(path, jpeg.subarray(0, jpeg.length / 2)); // its header is whole
    await expect(decodeImage(path)).rejects.toThrow(/^decodeImage: half\.jpg: expected a whole image/);
    for (const bytes of [Uint8Array.of(1, 2, 3), new TextEncoder().encode('not a picture'), jpeg.subarray(0, 30)]) {
      const error = await decodeImage(bytes).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(InputError);
      expect(error).toHaveProperty('cause', expect.any(Error));
    }
    await expect(decodeImage(new Uint8Array())).rejects.toThrow(/received no bytes/);
  });

  it('decodes a JPEG with the ending jfif, and a TIFF of floats in 0..1', async () => {
    const ramp = await decodeImage(fixture('ramp.png'));
    expect((await decodeImage(fixture('ramp.jfif'))).data).toBeAllClose(ramp.data, { atol: 3, rtol: 0 });
    expect(await decodeImage(fixture('ramp-float.tif'))).toEqual(ramp);
  });

  it.each([
    { values: [0, 0.5, 1], bytes: [0, 128, 255] },
    { values: [0, 128, 255], bytes: [0, 128, 255] },
    { values: [0, 0, 0], bytes: [0, 0, 0] },
  ])('takes the floats $values of a TIFF as $bytes', async ({ values, bytes }) => {
    expect((await decodeImage(floatTiff(values))).data).toEqual(Uint8Array.from(bytes));
  });

  it.each([[[0, 0.5, 256]], [[-0.1, 0, 1]], [[0, NaN, 1]]])('refuses the floats %s of a TIFF', async (values) => {
    await expect(decodeImage(floatTiff(values))).rejects.toThrow(
      /expected floats in 0\.\.1 or in 0\.\.255, received (256|-0\.1\d*|NaN)\. Scale the pixels/,
    );
  });

  it('refuses integers of 32 bits', async () => {
    await expect(decodeImage(floatTiff([0, 0.5, 1], 1))).rejects.toThrow(
      /an image of 8 or 16 bits, or opaque floats, received 1 channels of the type uint\. Save it with 8 or 16 bits/,
    );
  });

  it.each([
    { file: 'ramp.heic', name: 'a HEIC image' },
    { file: 'ramp.bmp', name: 'a BMP image' },
  ])('names the format of $file and the way out', async ({ file, name }) => {
    const error = await decodeImage(fixture(file)).catch((error: unknown) => error);
    const message = `decodeImage: ${file}: expected a whole image in a known format, received ${name}. Convert it to PNG or JPEG.`;
    expect(error).toMatchObject({ name: 'InputError', message, cause: expect.any(Error) });
  });

  it.each([
    { name: 'a JPEG XL image', bytes: '\x00\x00\x00\x0cJXL \r\n\x87\n' },
    { name: 'a JPEG 2000 image', bytes: '\x00\x00\x00\x0cjP  \r\n\x87\n' },
    { name: 'a Photoshop file', bytes: '8BPS\x00\x01' },
    { name: 'a PDF file', bytes: '%PDF-1.7' },
    { name: 'a web page', bytes: '<!DOCTYPE html><title>Sign in</title>' },
    { name: 'a Git LFS pointer, not the file', bytes: 'version https://git-lfs.github.com/spec/v1\noid sha256:00' },
  ])('says that it received $name', async ({ name, bytes }) => {
    await expect(decodeImage(Buffer.from(bytes, 'latin1'))).rejects.toThrow(`received ${name}.`);
  });

  const svg = (content: string, before = '') =>
    new TextEncoder().encode(`${before}<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${content}</svg>`);

  it('decodes an SVG', async () => {
    const { data } = await decodeImage(svg('<rect width="9" height="9" fill="#fe4000"/>'));
    expect(Array.from(data.subarray(0, 4))).toEqual([254, 64, 0, 255]);
  });

  it.each([
    { what: 'a filter', bytes: svg('<filter id="a"><feTurbulence numOctaves="99999"/></filter>') },
    { what: 'a filter of CSS', bytes: svg('<rect width="9" height="9" style="filter : blur(99px)"/>') },
    { what: 'a filter in references', bytes: svg('<rect style="f&#105;lt&#x65;r:blur(99px)"/>') },
    { what: 'a filter in escapes', bytes: svg('<style>g{f\\69 l\\t\\000065r:blur(99px)}</style>') },
    { what: 'parts that are used again', bytes: svg('<g id="a"/><use href="#a"/>') },
    { what: 'a pattern', bytes: svg('<pattern id="a" width=".01" height=".01"/>') },
    { what: 'a mask', bytes: svg('<mask id="a"/>') },
    { what: 'entities', bytes: svg('&a;', '<!DOCTYPE svg [<!ENTITY a "<g/>">]>') },
    { what: 'gzip around it', bytes: gzipSync(svg('<g/>')) },
    { what: 'a filter in UTF-16', bytes: Buffer.from(`\ufeff${Buffer.from(svg('<filter/>')).toString()}`, 'utf16le') },
  ])('refuses an SVG with $what, which could take minutes', async ({ bytes }) => {
    const refused = decodeImage(bytes);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(
      /expected (an SVG without filters, entities, and parts that are used again, received one with ".*"\. Render it to a PNG first|a whole image)/,
    );
  });

  it('refuses an SVG with a side beyond integers, of which librsvg draws one pixel', async () => {
    const bytes = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1e9"/>');
    await expect(decodeImage(bytes)).rejects.toThrow('expected sides of at most 32767, received 1e9');
  });

  it('gives up when its signal is aborted while sharp works', async () => {
    const slow = sharp({ create: { width: 6000, height: 6000, channels: 3, background: 'red' } });
    const bytes = await slow.png({ compressionLevel: 0 }).toBuffer();
    const controller = new AbortController();
    const pending = decodeImage(bytes, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('too late')), 30);
    await expect(pending).rejects.toThrow('too late');
  });

  it('refuses pictures with too many pixels before it decodes them', async () => {
    const bytes = await large().png().toBuffer();
    await expect(decodeImage(bytes, { maxPixels: 19_999 })).rejects.toThrow(/at most 19999 pixels, received 200 × 100/);
    expect(await decodeImage(bytes, { maxPixels: 20_000 })).toMatchObject({ width: 200 });
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20000" height="20000"/>';
    await expect(decodeImage(new TextEncoder().encode(svg))).rejects.toThrow(/received 20000 × 20000/);
  });

  it('says what to install when sharp is missing', async () => {
    vi.doMock('sharp', () => {
      throw new Error("Cannot find package 'sharp'");
    });
    const { decodeFile: decode } = await import('../../src/image/read');
    const error = await decode(Uint8Array.of(1)).catch((error: unknown) => error);
    expect(error).toHaveProperty('name', FerError.name);
    expect(error).toHaveProperty('message', expect.stringMatching(/npm install sharp$/));
    expect(error).toHaveProperty('cause', expect.any(Error));
  });
});

describe('loadImage', () => {
  it('loads a file, gray or in color, as a tensor of its own size', async () => {
    const color = await loadImage(await picture().png().toBuffer());
    expect(color.shape).toEqual([2, 3, 3]);
    expect(color.dtype).toBe('float32');
    expect(Array.from(color.dataSync())).toEqual(RGB);
    const path = join(folder, 'loaded.png');
    await picture().ensureAlpha().png().toFile(path);
    const alpha = await loadImage(path);
    expect(alpha.shape).toEqual([2, 3, 4]);
    tf.dispose([color, alpha]);
  });

  it('takes pixels and tensors too, and gives a tensor of its own', async () => {
    const gray = await loadImage({ data: Uint8Array.of(0, 9), width: 2, height: 1 });
    expect(gray.shape).toEqual([1, 2, 1]);
    const batchOfOne = tf.zeros([1, 4, 5, 3]);
    const before = tf.memory().numTensors;
    const single = await loadImage(batchOfOne);
    expect(single.shape).toEqual([4, 5, 3]);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([gray, batchOfOne, single]);
  });

  it.each<{ what: string; source: () => unknown; message: RegExp }>([
    { what: 'nothing', source: () => undefined, message: /^loadImage: .*received undefined/ },
    { what: 'an empty string', source: () => '', message: /^loadImage: .*path/ },
    { what: 'bytes of 16 bits', source: () => new Uint16Array(4), message: /a Uint16Array/ },
    { what: 'an object', source: () => ({ data: [] }), message: /keys \[data\]/ },
    { what: 'no bytes', source: () => new Uint8Array(), message: /received no bytes/ },
    { what: 'a batch', source: () => tf.zeros([2, 4, 4, 1]), message: /expected one image, received a batch of 2/ },
  ])('refuses $what and leaves no tensor behind', async ({ source, message }) => {
    const input = source() as ImageSource;
    const before = tf.memory().numTensors;
    await expect(loadImage(input)).rejects.toThrow(InputError);
    await expect(loadImage(input)).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(input as tf.Tensor);
  });

  it('refuses files that are longer or larger than allowed, and wrong options', async () => {
    const bytes = await picture().png().toBuffer();
    const path = join(folder, 'limited.png');
    await writeFile(path, bytes);
    await expect(loadImage(path, { maxBytes: bytes.length - 1 })).rejects.toThrow(
      `loadImage: limited.png: expected at most ${bytes.length - 1} bytes, received more.`,
    );
    (await loadImage(path, { maxBytes: bytes.length, maxPixels: 6 })).dispose();
    await expect(loadImage(path, { maxPixels: 5 })).rejects.toThrow(/at most 5 pixels, received 3 × 2/);
    await expect(loadImage(path, { maxPixels: 0 })).rejects.toThrow(/maxPixels/);
    await expect(loadImage(path, { maxBytes: 0.5 })).rejects.toThrow(/maxBytes/);
    await expect(loadImage(path, { size: 1 } as never)).rejects.toThrow(/the key "size"/);
    await expect(loadImage(path, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('says in one whole sentence why a damaged file cannot be decoded', async () => {
    const signature = Buffer.from('iVBORw0KGgo=', 'base64'); // of a PNG, and nothing behind it
    await expect(loadImage(signature)).rejects.toThrow(/in a known format, received [^:\n]+[^:\s]\.$/);
  });

  it('says nothing of the content of a data: URL that it cannot decode', async () => {
    const secret = 'c2VjcmV0';
    const error = await loadImage(`data:image/png;base64,${secret}`).catch((error: Error) => error);
    if (!(error instanceof Error)) throw new Error('it was decoded');
    expect(error.message).toMatch(/^loadImage: data: URL: expected a whole image/);
    expect(error.message).not.toContain(secret);
  });
});
