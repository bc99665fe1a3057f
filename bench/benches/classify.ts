import * as tf from '@tensorflow/tfjs-core';
import { listModels, loadClassifier, type ModelName } from 'fer-cnn';
import { activate } from '../../src/cli/backend';
import { race, timed, type Contender } from '../support/measure';
import { remote } from '../support/remote';
import { installRivals, rivalProgram, rivalTitle, type RivalName } from '../support/rivals';
import type { Bench } from '../support/section';

const REPETITIONS = 10;

const NOTE =
  'One face on WASM, from a tensor of 48 × 48 pixels to probabilities in JavaScript, preprocessing included; no face is looked for.';

/** One face from end to end, against the networks of the rivals on the same backend. */
export const classifying: Bench = {
  name: 'classify',
  async *run(context) {
    const contenders: Contender[] = [];
    for (const name of listModels()) contenders.push(await bundled(name));
    const home = installRivals(context.say);
    for (const rival of ['face-api', 'human'] satisfies RivalName[]) {
      if (home) contenders.push(await remote(rivalTitle(rival, home), rivalProgram(rival, home), { images: 1 }));
    }
    yield await race(
      'One face on wasm',
      contenders,
      context,
      home ? NOTE : `${NOTE} The rivals could not be installed.`,
    );
  },
};

async function bundled(name: ModelName): Promise<Contender> {
  await activate('wasm');
  const classifier = await loadClassifier(name);
  const face = tf.randomUniform<tf.Rank.R3>([48, 48, 1], 0, 255);
  return {
    name: name === 'compact' ? `${name} (the default)` : name,
    images: 1,
    async measure() {
      await activate('wasm');
      return timed(() => classifier.classify(face), REPETITIONS);
    },
    close: () => {
      classifier.dispose();
      face.dispose();
    },
  };
}
