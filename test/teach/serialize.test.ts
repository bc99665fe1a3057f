import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import type { Classifier } from '../../src/classify/classifier';
import { loadClassifier } from '../../src/classify/load';
import { WeightsError } from '../../src/errors';
import { decodeState, encodeState, type TeacherState } from '../../src/teach/serialize';
import { createTeacher, loadTeacher } from '../../src/teach/teacher';
import { narrowBase, shadedSet } from './fixtures';

/** FNV-1a of RFC 9923, written again: `a` is e40c292c there. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn;
  return hash.toString(16).padStart(8, '0');
}

describe('damaged samples', () => {
  let model: tfl.LayersModel;
  let classifier: Classifier;
  let whole: Record<string, unknown>;
  let text: string;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    model = narrowBase();
    classifier = await loadClassifier({ model });
    const teacher = createTeacher({ classifier, keep: 'images' });
    await teacher.add('a', shadedSet('left', 2, 1));
    await teacher.add('b', shadedSet('right', 1, 2));
    text = await teacher.serialize();
    whole = JSON.parse(text) as Record<string, unknown>;
    teacher.dispose();
  });
  afterAll(() => {
    classifier.dispose();
    model.dispose();
  });

  /** The samples with other fields, and a checksum that agrees with them. */
  function forged(fields: Record<string, unknown>): string {
    const { checksum: _, ...stored } = { ...whole, ...fields };
    return JSON.stringify({ ...stored, checksum: fnv1a(JSON.stringify(stored)) });
  }
  const nan = Buffer.from(new Uint8Array(new Float32Array(12).fill(Number.NaN).buffer)).toString('base64');

  it('are what the checks below are about: whole ones load', async () => {
    expect(fnv1a('a')).toBe('e40c292c');
    for (const each of [text, forged({})]) {
      const again = await loadTeacher(each, { classifier });
      expect(again.counts()).toEqual({ a: 2, b: 1 });
      expect(await again.serialize()).toBe(text);
      again.dispose();
    }
  });

  const FORGERIES: [string, Record<string, unknown>][] = [
    ['another format', { format: 'other' }],
    ['a later version', { formatVersion: 2 }],
    ['no base', { base: null }],
    ['a base without size', { base: { name: 'compact', inputSize: [16, 16] } }],
    ['a huge base', { base: { name: 'compact', size: 1e9, inputSize: [16, 16] } }],
    ['another kind of keep', { keep: 'photos' }],
    ['images that are not to be kept', { keep: 'vectors' }],
    ['one class name twice', { classNames: ['a', 'a'] }],
    ['too few class names', { classNames: ['a'] }],
    ['class names that are numbers', { classNames: [1, 2] }],
    ['ids that descend', { ids: [3, 2, 1] }],
    ['ids twice', { ids: [1, 1, 2] }],
    ['ids that are fractions', { ids: [0.5, 1, 2] }],
    ['an id too few', { ids: [1, 2] }],
    ['a label too many', { labels: [0, 0, 1, 1] }],
    ['a label below zero', { labels: [0, 0, -1] }],
    ['a take too few', { takes: [1, 1] }],
    ['takes that are strings', { takes: ['1', '1', '2'] }],
    ['vectors of NaN', { vectors: nan }],
    ['vectors that are cut off', { vectors: nan.slice(0, 16) }],
    ['vectors that are not base64', { vectors: '?' }],
    ['vectors that are no string', { vectors: [1, 2, 3] }],
    ['images of another shape', { imageShape: [16, 15, 1] }],
    ['images without a shape', { imageShape: [] }],
    ['images with two channels', { imageShape: [16, 8, 2] }],
    ['images that are cut off', { images: '' }],
    ['images that are no string', { images: null }],
  ];
  it.each(FORGERIES)('are refused, and nothing is left behind: %s', async (_, fields) => {
    const before = tf.memory().numTensors;
    await expect(loadTeacher(forged(fields), { classifier })).rejects.toThrow(WeightsError);
    expect(tf.memory().numTensors).toBe(before);
    expect(classifier.isDisposed).toBe(false);
  });

  it('are refused with any field missing, or changed without its checksum', () => {
    for (const key of Object.keys(whole)) {
      const { [key]: _, ...rest } = whole;
      expect(() => decodeState('loadTeacher', JSON.stringify(rest)), key).toThrow(WeightsError);
    }
    for (const fields of [{ takes: [1, 2, 2] }, { labels: [0, 1, 1] }, { classNames: ['a', 'c'] }]) {
      expect(() => decodeState('loadTeacher', JSON.stringify({ ...whole, ...fields }))).toThrow('checksum');
    }
  });

  it('are refused wherever the string is cut off', () => {
    for (let length = 0; length < text.length; length += 7) {
      expect(() => decodeState('loadTeacher', text.slice(0, length))).toThrow(WeightsError);
    }
    for (const other of [undefined, null, 5, {}, 'null', '[]']) {
      expect(() => decodeState('loadTeacher', other as string)).toThrow(WeightsError);
    }
  });

  it('of another base are refused, which is named', async () => {
    const other = narrowBase(5);
    const another = await loadClassifier({ model: other });
    const before = tf.memory().numTensors;
    await expect(loadTeacher(text, { classifier: another })).rejects.toThrow(
      'the base that the samples were made with',
    );
    expect(tf.memory().numTensors).toBe(before);
    another.dispose();
    other.dispose();
  });
});

describe('ten thousand samples', () => {
  it('are written and read, each as it was', () => {
    const base = { name: 'compact', size: 192, inputSize: [48, 48], sha256: '0'.repeat(64) };
    const samples = Array.from({ length: 10_000 }, (_, i) => ({
      id: i + 1,
      label: `${i % 7}`,
      take: 1 + Math.floor(i / 100),
      vector: Float32Array.from({ length: 192 }, (__, j) => Math.fround(Math.sin(i + j))),
    }));
    const state: TeacherState = { base, keep: 'vectors', classNames: ['0', '1', '2', '3', '4', '5', '6'], samples };
    const text = encodeState(state);
    expect(text.length).toBeLessThan(10_000 * (192 * 4 * 1.4 + 20)); // base64, and three numbers
    const again = decodeState('loadTeacher', text);
    expect(again.samples.length).toBe(10_000);
    for (const at of [0, 4999, 9999]) expect(again.samples[at]).toEqual(samples[at]);
  });
});
