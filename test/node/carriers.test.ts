import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL } from '../../src/storage/bundled';
import type { Classifier } from '../../src/classify/classifier';
import { loadClassifier } from '../../src/classify/load';
import { explain } from '../../src/explain/explain';
import { type ImageSource, loadImage } from '../../src/image/read';
import { useBackend } from '../support/backends';
import { type Carrier, encodeAll, EXACT, FACE, largestDifference, PHOTO, readPhoto } from '../support/carriers';

const WEIGHTS = fileURLToPath(new URL(`../../weights/${DEFAULT_MODEL}`, import.meta.url));

describe('the same face in Node', () => {
  let classifier: Classifier;
  let carriers: Carrier[];
  let expected: number[];
  let folder = '';

  beforeAll(async () => {
    await useBackend('wasm');
    const photo = await readPhoto();
    folder = await mkdtemp(join(tmpdir(), 'fer-cnn-carriers-'));
    [carriers, classifier] = await Promise.all([encodeAll(photo), loadClassifier(WEIGHTS)]);
    expected = await classifier.probabilities(photo, FACE);
    expect(expected).toHaveLength(7);
  }, 120_000);

  afterAll(async () => {
    classifier?.dispose();
    await rm(folder, { recursive: true });
  });

  it('gives the same probabilities in every format and orientation, within what the format loses', async () => {
    const differences: Record<string, number> = {};
    for (const { name, bytes, tolerance } of carriers) {
      differences[name] = largestDifference(await classifier.probabilities(bytes, FACE), expected);
      expect(differences[name], name).toBeLessThanOrEqual(tolerance);
    }
    expect(Object.keys(differences).length).toBeGreaterThanOrEqual(20);
  });

  it('gives the same probabilities as bytes, Blob, File, path and URL', async () => {
    const { bytes } = carriers.find(({ name }) => name === 'photo.png')!;
    const path = join(folder, 'photo.png');
    await writeFile(path, bytes);
    const server = createServer((_, response) => response.end(bytes));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/photo.png`;
    const part = new Uint8Array(bytes) as Uint8Array<ArrayBuffer>;
    const sources: Record<string, ImageSource> = {
      bytes,
      ArrayBuffer: part.buffer,
      Blob: new Blob([part], { type: 'image/png' }),
      File: new File([part], 'photo.png'),
      path,
      'file: URL': pathToFileURL(path),
      'file: URL as a string': pathToFileURL(path).href,
      'http: URL': new URL(address),
      'http: URL as a string': address,
      'data: URL': `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`,
    };
    const before = tf.memory().numTensors;
    for (const [name, source] of Object.entries(sources)) {
      const row = (await classifier.probabilities(source, FACE)) as number[];
      expect(largestDifference(row, expected), name).toBeLessThanOrEqual(EXACT);
    }
    expect(tf.memory().numTensors).toBe(before);
    server.close();
  });

  it('gives the same probabilities as tensors of any shape and dtype, and as decoded pixels of 8 and 16 bits', async () => {
    const { data, width, height } = await readPhoto();
    const rgba = new Uint8ClampedArray(width * height * 4).map((_, i) =>
      i % 4 === 3 ? 255 : data[3 * Math.floor(i / 4) + (i % 4)]!,
    );
    const colour = tf.tensor3d(data, [height, width, 3]);
    const deep = Uint16Array.from(data, (value) => value * 257);
    const gray = tf.tidy(() =>
      tf.squeeze(tf.dot(tf.reshape(colour, [-1, 3]), tf.tensor2d([0.299, 0.587, 0.114], [3, 1]))),
    );
    const tensors = {
      'float32 [h, w, 3]': colour,
      'int32 [h, w, 3]': tf.cast(colour, 'int32'),
      'float32 [1, h, w, 3]': tf.expandDims(colour, 0),
      'int32 [h, w, 4]': tf.tensor3d(new Uint8Array(rgba), [height, width, 4], 'int32'),
      'float32 [h, w]': tf.reshape(gray, [height, width]),
      'float32 [h, w, 1]': tf.reshape(gray, [height, width, 1]),
    };
    const inputs: Record<string, ImageSource> = {
      ...tensors,
      'bytes of RGBA': { data: rgba, width, height },
      'RGB of 16 bits': { data: deep, width, height },
    };
    for (const [name, input] of Object.entries(inputs)) {
      const result = await classifier.probabilities(input as tf.Tensor, FACE);
      expect(largestDifference(result.flat() as number[], expected), name).toBeLessThanOrEqual(EXACT);
    }
    tf.dispose([gray, tensors]);
  });

  it('explains encoded images too', async () => {
    const { map, overlay, className } = await explain(classifier, PHOTO);
    expect(overlay).toMatchObject({ width: 512, height: 512 });
    expect(classifier.card.classNames).toContain(className);
    map.dispose();
  });

  it('names the function and the file that it cannot decode', async () => {
    const before = tf.memory().numTensors;
    await expect(classifier.classify(join(folder, 'none.jpg'))).rejects.toThrow(/^classify: none\.jpg: .*ENOENT/);
    await expect(classifier.classify(folder)).rejects.toThrow(/a folder\. Pass its files one by one/);
    await expect(classifier.classify(new Blob(['text']))).rejects.toThrow(/^classify: expected a whole image/);
    await expect(classifier.classify(new File([], 'a.png'))).rejects.toThrow(/a\.png: .*received no bytes/);
    await expect(loadImage('http://127.0.0.1:1/a.png')).rejects.toThrow(/^loadImage: a\.png: .*can be read/);
    expect(tf.memory().numTensors).toBe(before);
  });
});
