import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import type { LabeledImages } from '../../src/data/batches';
import { FerError, InputError, WeightsError } from '../../src/errors';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { EMOTIONS } from '../../src/labels';
import { factsOf } from '../../src/models/known-facts';
import { createShallowCnn } from '../../src/models/shallow';
import { card as checkCard } from '../../src/storage/card-schema';
import { loadModel } from '../../src/storage/load-model';
import { saveModel } from '../../src/storage/save-model';
import { train } from '../../src/train/train';
import { describeOn, expectNoLeaks } from '../support/backends';
import { draftCard } from '../support/cards';
import { squares } from '../support/faces';
import { weightsOf } from '../support/tiny';

let directory = '';
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'fer-cnn-save-'))));
afterEach(() => rm(directory, { recursive: true }));

const tiny = (classNames: readonly string[] = EMOTIONS, inputSize: readonly [number, number] = [8, 8]) =>
  createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [3] }, inputSize, classNames });

/** A model from elsewhere, which tells nothing about itself. */
const foreign = (units = 7) =>
  tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [8, 8, 1] }),
      tfl.layers.dense({ units, activation: 'softmax', kernelInitializer: 'ones' }),
    ],
  });

describeOn(['cpu'], 'saveModel', () => {
  expectNoLeaks();

  it('writes three files, which loadModel reads back to the bit, with no partial files left', async () => {
    const model = tiny();
    const folder = join(directory, 'made/here');
    const card = await saveModel(folder, model, { card: { description: 'For tests.', license: 'MIT' } });
    checkCard('card:', card);
    expect(card).toMatchObject({
      name: 'here',
      architecture: 'shallow',
      classNames: EMOTIONS,
      preprocessing: { ...DEFAULT_PREPROCESSING, inputSize: [8, 8] },
      description: 'For tests.',
      weights: { dtype: 'float32', bytes: 4 * model.countParams() },
      versions: { '@tensorflow/tfjs-layers': tfl.version_layers },
    });
    expect((await readdir(folder)).toSorted()).toEqual(['card.json', 'model.json', 'weights.bin']);
    const loaded = await loadModel(folder);
    expect(loaded.card).toEqual(card);
    expect(weightsOf(loaded.model)).toEqual(weightsOf(model));
    loaded.model.dispose();
    model.dispose();
  });

  it('keeps own class names from the data through training, saving and loading, without one being named', async () => {
    const classNames = ['bored', 'engaged', 'confused'];
    const { images } = squares(12);
    const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 3);
    const shape = { size: 12, height: 16, width: 16, channels: 1, numClasses: 3 };
    const unknown = { targets: undefined, sampleWeights: undefined };
    const data: LabeledImages = { ...shape, ...unknown, images: Uint8Array.from(images), labels, classNames };
    const model = tiny(classNames, [16, 16]);
    await train(model, data, { epochs: 1, batchSize: 6 });
    const saved = await saveModel(join(directory, 'faces3'), model);
    expect(saved).toMatchObject({ name: 'faces3', classNames });
    const classifier = await loadClassifier(join(directory, 'faces3'));
    const predictions = await classifier.classify({ data: new Uint8Array(256), width: 16, height: 16 });
    expect(predictions.map(({ className }) => className).toSorted()).toEqual(classNames.toSorted());
    classifier.dispose();
    model.dispose();
  });

  it('saves a loaded model with the card that it came with, in part replaced', async () => {
    const model = tiny();
    await saveModel(join(directory, 'first'), model, { card: { name: 'first', license: 'MIT' } });
    model.dispose();
    const first = await loadModel(join(directory, 'first'));
    const again = await saveModel(join(directory, 'second'), first.model, { card: first.card });
    expect(again).toEqual(first.card);
    const third = await saveModel(join(directory, 'third'), first.model, { card: { name: 'third' }, dtype: 'float16' });
    expect(third).toMatchObject({ name: 'third', license: 'MIT', weights: { dtype: 'float16' } });
    first.model.dispose();
  });

  it.each([
    ['float32', 0],
    ['float16', 1e-3],
    ['uint8', 1e-2],
    ['mixed', 1e-3],
  ] as const)('stores as %s, within %d', async (dtype, atol) => {
    const model = tiny();
    const card = await saveModel(directory, model, { dtype });
    expect(card.weights!.dtype).toBe(dtype === 'mixed' ? 'float16' : dtype); // none of its kernels is large
    const loaded = await loadModel(directory);
    expect(weightsOf(loaded.model)).toBeAllClose(weightsOf(model), { atol, rtol: 0 });
    loaded.model.dispose();
    model.dispose();
  });

  it('asks for class names and pixels of a model from elsewhere, and takes them in one line', async () => {
    const model = foreign();
    const saving = saveModel(directory, model);
    await expect(saving).rejects.toThrow(InputError);
    await expect(saving).rejects.toThrow(
      /^saveModel: card: .* received no class names or scaling of pixels\. Pass classNames/,
    );
    await expect(saveModel(directory, model, { card: { classNames: 'fer2013' } })).rejects.toThrow(
      /received no scaling of/,
    );
    expect(await readdir(directory)).toEqual([]);
    const card = await saveModel(directory, model, { card: { classNames: 'alphabetical', pixels: '0..1' } });
    expect(card.preprocessing).toEqual({ inputSize: [8, 8], mean: 0, std: 1 });
    expect(card.classNames.slice(0, 3)).toEqual(['angry', 'disgust', 'fear']);
    model.dispose();
  });

  it('writes to a file: URL, and what plain tfjs reads', async () => {
    const model = tiny();
    await saveModel(pathToFileURL(join(directory, 'a b')), model);
    const read = async (name: string) => readFile(join(directory, 'a b', name));
    const { modelTopology, weightsManifest } = JSON.parse(`${await read('model.json')}`) as tf.io.ModelJSON;
    const weightData = new Uint8Array(await read('weights.bin')).buffer;
    const plain = await tfl.loadLayersModel(
      tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0]!.weights, weightData }),
    );
    expect(weightsOf(plain)).toEqual(weightsOf(model));
    plain.dispose();
    model.dispose();
  });

  it('hands everything to an IOHandler, from which loadModel knows names and preprocessing', async () => {
    let stored: tf.io.ModelArtifacts = {};
    const target = tf.io.withSaveHandler(async (artifacts) => {
      stored = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    });
    const model = tiny(['no', 'yes']);
    const card = await saveModel(target, model, { card: { name: 'two', license: 'MIT' } });
    const loaded = await loadModel({ load: async () => stored });
    expect(loaded.card).toEqual(card);
    loaded.model.dispose();
    model.dispose();
  });

  it("by tfjs' own save and load a model keeps what it knows", async () => {
    let stored: tf.io.ModelArtifacts = {};
    const model = tiny(['no', 'yes']);
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        stored = artifacts;
        return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
      }),
    );
    const plain = await tfl.loadLayersModel({ load: async () => stored });
    expect(factsOf(plain)).toEqual(factsOf(model));
    expect(factsOf(plain).classNames).toEqual(['no', 'yes']);
    plain.dispose();
    model.dispose();
  });

  it.each<{ what: string; target: unknown; message: RegExp }>([
    { what: 'nothing', target: undefined, message: /saveModel: target: expected a directory/ },
    { what: 'an empty string', target: '', message: /target/ },
    { what: 'blanks', target: '  ', message: /target/ },
    { what: 'a name with NUL', target: 'a\0b', message: /target/ },
    { what: 'a server', target: 'https://example.org/model', message: /target: expected a directory/ },
    { what: 'a URL of a server', target: new URL('http://localhost/'), message: /target/ },
    { what: 'a data: URL', target: 'data:text/plain,x', message: /target/ },
    { what: 'a place that tfjs lacks here', target: 'indexeddb://mine', message: /a place that tfjs can save to here/ },
    { what: 'a handler that only loads', target: { load: () => {} }, message: /target/ },
  ])('refuses $what as target', async ({ target, message }) => {
    const model = tiny();
    const saving = saveModel(target as string, model);
    await expect(saving).rejects.toThrow(InputError);
    await expect(saving).rejects.toThrow(message);
    model.dispose();
  });

  it('refuses what is no model, wrong options and wrong cards, before it writes', async () => {
    const model = tiny();
    const save = (options: object) => saveModel(directory, model, options as never);
    await expect(saveModel(directory, {} as never)).rejects.toThrow(
      /saveModel: model: expected a built tf\.LayersModel/,
    );
    await expect(save({ dtype: 'int8' })).rejects.toThrow(/dtype: expected one of/);
    await expect(save({ quantise: true })).rejects.toThrow(/the key "quantise"/);
    await expect(save({ card: { labels: EMOTIONS } })).rejects.toThrow(/card: .*the key "labels"/);
    await expect(save({ card: { ...draftCard([8, 8]), name: '' } })).rejects.toThrow(
      /card: name: expected a non-empty string/,
    );
    await expect(save({ card: { classNames: ['a', 'b'] } })).rejects.toThrow(/\[null, 2\].*received .*\[null, 7\]/);
    expect(await readdir(directory)).toEqual([]);
    model.dispose();
  });

  it('refuses weights that are not finite, and leaves what is there', async () => {
    const model = tiny();
    await saveModel(directory, model);
    const before = await readFile(join(directory, 'weights.bin'));
    tf.tidy(() =>
      model.getLayer('fc1').setWeights(
        model
          .getLayer('fc1')
          .getWeights()
          .map((w) => tf.mul(w, NaN)),
      ),
    );
    await expect(saveModel(directory, model)).rejects.toThrow(WeightsError);
    await expect(saveModel(directory, model)).rejects.toThrow(/weight 'fc1\/kernel'/);
    expect(await readFile(join(directory, 'weights.bin'))).toEqual(before);
    model.dispose();
  });

  it('says why it cannot write, and that the old files are as they were', async () => {
    const model = tiny();
    await writeFile(join(directory, 'file'), 'here');
    const saving = saveModel(join(directory, 'file'), model);
    await expect(saving).rejects.toThrow(FerError);
    await expect(saving).rejects.toThrow(
      /expected a file that can be written, received E\w+.* Existing files were left/,
    );
    expect(await readFile(join(directory, 'file'), 'utf8')).toBe('here');
    for (const place of ['file://elsewhere/runs/mine', new URL('file:///runs%2Fmine')]) {
      await expect(saveModel(place, model)).rejects.toThrow(/expected a file: URL of this machine, received File URL/);
      await expect(saveModel(place, model)).rejects.toThrow(FerError);
    }
    model.dispose();
  });
});
