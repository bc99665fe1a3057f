import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WeightsError } from '../../src/errors';
import { createShallowCnn } from '../../src/models/shallow';
import { directoryHandler, exportBundledWeights, loadWeightsDirectory, saveWeights } from '../../src/node/weights';
import { encodeModel, type EncodedModel } from '../../src/weights/encode';
import { createGolden } from '../../src/weights/golden';
import { loadWeights } from '../../src/weights/load';
import { describeOn, expectNoLeaks } from '../support/backends';
import { draftCard } from '../support/cards';

const CARD = draftCard([8, 8]);
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fer-cnn-weights-'));
});
afterEach(() => rm(directory, { recursive: true }));

const tiny = () => createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [3] }, inputSize: [8, 8] });

async function encodeTiny(): Promise<EncodedModel> {
  const model = tiny();
  try {
    return await encodeModel(model, { card: CARD, dtype: 'float16' });
  } finally {
    model.dispose();
  }
}

async function weightsOf(model: tfl.LayersModel): Promise<number[][]> {
  return Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]));
}

describeOn(['cpu'], 'weights in a directory', () => {
  expectNoLeaks();

  it('are written as four files and loaded again, with no partial files left', async () => {
    const encoded = await encodeTiny();
    const model = tiny();
    const golden = await createGolden(model, CARD.preprocessing);
    model.dispose();
    await saveWeights(join(directory, 'made/here'), { ...encoded, golden });
    const files = (await readdir(join(directory, 'made/here'))).toSorted();
    expect(files).toEqual(['card.json', 'golden.json', 'model.json', 'weights.bin']);
    expect(JSON.parse(await readFile(join(directory, 'made/here/golden.json'), 'utf8'))).toEqual(golden);
    const loaded = await loadWeightsDirectory(join(directory, 'made/here'));
    expect(loaded.card).toEqual(encoded.card);
    loaded.model.dispose();
  });

  it('may come without a card if one is given', async () => {
    await saveWeights(directory, await encodeTiny());
    await rm(join(directory, 'card.json'));
    await expect(loadWeightsDirectory(directory)).rejects.toThrow(/card\.json: expected a file that can be read/);
    const { model, card } = await loadWeightsDirectory(directory, { card: CARD });
    expect(card.weights.dtype).toBe('float16');
    model.dispose();
  });

  it.each([
    ['model.json', '{"modelTopology":', /model\.json: expected JSON, received "\{\\"modelTopology/],
    ['model.json', '{}', /model\.json: expected an object with modelTopology/],
    ['card.json', '[]', /card\.json: expected an object/],
    ['card.json', undefined, /card\.json: expected a file that can be read, received none/],
    ['weights.bin', undefined, /weights\.bin: expected a file that can be read, received none/],
    ['weights.bin', 'short', /weights\.bin: expected \d+ bytes, received 5/],
  ])('are refused with %s = %j, naming the file', async (file, content, message) => {
    await saveWeights(directory, await encodeTiny());
    await (content === undefined ? rm(join(directory, file)) : writeFile(join(directory, file), content));
    const loading = loadWeightsDirectory(directory);
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(message);
  });

  it('are refused if new ones were only partly written over them', async () => {
    await saveWeights(directory, await encodeTiny());
    await writeFile(
      join(directory, 'weights.bin'),
      new Uint8Array((await readFile(join(directory, 'weights.bin'))).length),
    );
    await expect(loadWeightsDirectory(directory)).rejects.toThrow(/weights\.bin: SHA-256/);
  });

  it('directoryHandler saves and loads with tfjs alone', async () => {
    const model = tiny();
    await model.save(directoryHandler(directory));
    const loaded = await tfl.loadLayersModel(directoryHandler(directory));
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    expect((await readdir(directory)).toSorted()).toEqual(['model.json', 'weights.bin']);
    model.dispose();
    loaded.dispose();
  });

  it('directoryHandler hands on the card of a loaded model, with the hash of what it saved', async () => {
    await saveWeights(join(directory, 'first'), await encodeTiny());
    const first = await loadWeights(directoryHandler(join(directory, 'first')));
    await first.model.save(directoryHandler(join(directory, 'second')));
    const second = await loadWeightsDirectory(join(directory, 'second'));
    expect(second.card).toMatchObject({ ...CARD, weights: { dtype: 'float32' } });
    expect(await weightsOf(second.model)).toEqual(await weightsOf(first.model));
    first.model.dispose();
    second.model.dispose();
  });

  it('saveWeights refuses weights that are not those of the card, and leaves what is there', async () => {
    const encoded = await encodeTiny();
    await saveWeights(directory, encoded);
    const weights = encoded.weights.slice(4);
    await expect(saveWeights(directory, { ...encoded, weights })).rejects.toThrow(
      /saveWeights: weights\.bin: expected/,
    );
    (await loadWeightsDirectory(directory)).model.dispose();
  });

  it('directoryHandler says that it could not save', async () => {
    const saving = directoryHandler(directory).save!({ modelTopology: [] } as never);
    await expect(saving).rejects.toThrow(/^directoryHandler\.save: expected an object with modelTopology/);
  });

  it('directoryHandler does not overlook a damaged card', async () => {
    await saveWeights(directory, await encodeTiny());
    await writeFile(join(directory, 'card.json'), 'not JSON');
    await expect(loadWeights(directoryHandler(directory))).rejects.toThrow(/card\.json: expected JSON/);
  });

  it('exportBundledWeights refuses an unknown name before it writes', async () => {
    await expect(exportBundledWeights('medium' as 'deep', directory)).rejects.toThrow(/expected one of "compact"/);
    expect(await readdir(directory)).toEqual([]);
    expect(tf.memory().numTensors).toBe(0);
  });
});
