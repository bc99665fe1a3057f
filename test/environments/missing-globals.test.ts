import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { createReport, loadClassifier } from '../../src';
import { explain } from '../../src/explain';
import { useBackend } from '../support/backends';

const GLOBALS = ['structuredClone', 'atob', 'btoa'] as const;
const METHODS = ['toSorted', 'toReversed', 'toSpliced', 'with', 'findLast', 'findLastIndex'] as const;

/** Runs a program where jsdom's and Hermes' missing globals and methods are missing. */
async function without<T>(run: () => Promise<T>): Promise<T> {
  const kept = [
    ...METHODS.map((name) => [Array.prototype, name, Object.getOwnPropertyDescriptor(Array.prototype, name)!] as const),
    [Object, 'groupBy', Object.getOwnPropertyDescriptor(Object, 'groupBy')] as const,
  ];
  for (const name of GLOBALS) vi.stubGlobal(name, undefined);
  for (const [owner, name] of kept) Reflect.deleteProperty(owner, name);
  try {
    return await run();
  } finally {
    vi.unstubAllGlobals();
    for (const [owner, name, descriptor] of kept) if (descriptor) Object.defineProperty(owner, name, descriptor);
  }
}

it('gives the same numbers where structuredClone, atob, toSorted, findLast and their like are missing', async () => {
  await useBackend('cpu');
  const image = { data: new Uint8Array(2304).fill(90), width: 48, height: 48 };
  const program = async () => {
    const classifier = await loadClassifier('shallow');
    const { map, className } = await explain(classifier, image);
    const values = Array.from(await map.data());
    map.dispose();
    const probabilities = await classifier.probabilities(image);
    classifier.dispose();
    const report = createReport({ probabilities, labels: [3] });
    return { probabilities, values, className, report: JSON.stringify(report) };
  };
  const expected = await program();
  const tensors = tf.memory().numTensors;
  expect(await without(program)).toEqual(expected);
  expect(tf.memory().numTensors).toBe(tensors);
});
