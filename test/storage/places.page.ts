import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { loadClassifier } from '../../src/classify/load';
import { createShallowCnn } from '../../src/models/shallow';
import type { ModelCard } from '../../src/storage/card';
import { loadModel } from '../../src/storage/load-model';
import { saveModel } from '../../src/storage/save-model';

const CLASSES = ['bored', 'engaged', 'confused'];

const tiny = () =>
  createShallowCnn({
    inputSize: [8, 8],
    conv: { filters: [2, 2] },
    dense: { units: [3] },
    classNames: CLASSES,
    seed: 5,
  });

const weightsOf = async (model: tfl.LayersModel) =>
  (await Promise.all(model.getWeights().map((weight) => weight.data()))).flatMap((values) => Array.from(values));

const messageOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );

/** The part of places.browser.test.ts that runs in the page. */
export const actions = {
  /** Saves under an address of the browser and loads it again. */
  async roundTrip(place: string): Promise<{ saved: ModelCard; loaded: ModelCard; same: boolean; best: string }> {
    await tf.setBackend('cpu');
    const model = tiny();
    const saved = await saveModel(place, model, { card: { license: 'MIT' } });
    const { model: other, card: loaded } = await loadModel(place);
    const same = JSON.stringify(await weightsOf(other)) === JSON.stringify(await weightsOf(model));
    const classifier = await loadClassifier(place);
    const [best] = await classifier.classify({ data: new Uint8Array(64), width: 8, height: 8 });
    classifier.dispose();
    model.dispose();
    other.dispose();
    return { saved, loaded, same, best: best!.className };
  },

  /** Offers the files of a model for download. */
  async download(): Promise<void> {
    await tf.setBackend('cpu');
    const model = tiny();
    await saveModel('downloads://mine', model);
    model.dispose();
  },

  /** Loads from an address and gives its class names. */
  async load(source: string): Promise<readonly string[]> {
    await tf.setBackend('cpu');
    const { model, card } = await loadModel(source);
    model.dispose();
    return card.classNames;
  },

  /** The messages of what goes wrong. */
  async failures(elsewhere: string): Promise<Record<string, string>> {
    await tf.setBackend('cpu');
    const model = tiny();
    const messages = {
      path: await messageOf(saveModel('models/mine', model)),
      missing: await messageOf(loadModel('nowhere')),
      empty: await messageOf(loadModel('indexeddb://nothing')),
      moved: await messageOf(loadModel(elsewhere)),
    };
    model.dispose();
    return messages;
  },
};

Object.assign(globalThis, { actions });
