import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import { createTeacher, loadTeacher } from '../../src/teach/teacher';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { weightsOf } from '../support/tiny';
import { narrowBase, shaded, shadedSet } from './fixtures';

describeOn(BACKENDS, 'fine-tuning', () => {
  expectNoLeaks();

  it(
    'trains the last block and the head on images that were kept, leaves the rest and the base alone, and may be canceled',
    { timeout: 300_000 },
    async () => {
      const model = narrowBase();
      const base = await loadClassifier({ model });
      const before = weightsOf(model);
      const first = createTeacher({ classifier: base, keep: 'images' });
      for (const take of [1, 2]) {
        await first.add('left', shadedSet('left', 4, take));
        await first.add('right', shadedSet('right', 4, 10 + take));
      }
      const teacher = await loadTeacher(await first.serialize(), { classifier: base });
      first.dispose();
      const { classifier, method, score } = await teacher.train({ method: 'fineTune' });
      expect([method, classifier.card.taught!.method]).toEqual(['fineTune', 'fineTune']);
      expect(score).toMatchObject({ samples: 16, accuracy: 1 }); // classes that mirror each other are not mixed up by augmentation
      const kernels = async (name: string) =>
        Promise.all([classifier.model, model].map((each) => each.getLayer(name).getWeights()[0]!.data()));
      const [firstTuned, firstBefore] = await kernels('conv1');
      expect(firstTuned).toEqual(firstBefore);
      const [lastTuned, lastBefore] = await kernels('conv4');
      expect(lastTuned).not.toEqual(lastBefore);
      expect((await classifier.classify(shaded('left', 77)))[0]!.className).toBe('left');
      expect(weightsOf(model)).toEqual(before);
      classifier.dispose();
      const tensors = tf.memory().numTensors;
      const cancel = new AbortController();
      const onProgress = () => cancel.abort(new Error('enough'));
      await expect(teacher.train({ method: 'fineTune', signal: cancel.signal, onProgress })).rejects.toThrow('enough');
      expect(tf.memory().numTensors).toBe(tensors);
      teacher.dispose();
      base.dispose();
      model.dispose();
    },
  );
});
