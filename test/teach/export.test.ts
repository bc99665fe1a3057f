import { InferenceSession, Tensor } from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Classifier } from '../../src/classify/classifier';
import { loadClassifier } from '../../src/classify/load';
import { exportKeras } from '../../src/interchange/keras-export';
import { importKeras } from '../../src/interchange/keras-import';
import { exportOnnx } from '../../src/interchange/onnx';
import { createTeacher } from '../../src/teach/teacher';
import type { TeachOptions } from '../../src/teach/types';
import { expectNoLeaks, useBackend } from '../support/backends';
import { narrowBase, shaded, shadedSet } from './fixtures';

describe('a taught classifier', () => {
  let model: tfl.LayersModel;
  let base: Classifier;

  beforeAll(async () => {
    await useBackend('cpu');
    model = narrowBase();
    base = await loadClassifier({ model });
  });
  afterAll(() => {
    base.dispose();
    model.dispose();
  });
  expectNoLeaks();

  it.each<[string, TeachOptions, number]>([
    ['of its own classes', {}, 2],
    ['that may answer none of these', { rejectBelow: 0.6 }, 3],
    ['beside the classes of the base', { keepClasses: true, rejectBelow: 0.3 }, 10],
  ])('%s says the same in ONNX Runtime and after a way through Keras', async (_title, options, classes) => {
    const teacher = createTeacher({ classifier: base });
    await teacher.add('left', shadedSet('left', 3, 1));
    await teacher.add('right', shadedSet('right', 3, 2));
    const { classifier } = await teacher.train(options);
    teacher.dispose();
    const { card } = classifier;
    const face = shaded('right', 9);
    const expected = await classifier.probabilities(face);
    expect(expected).toHaveLength(classes);

    const session = await InferenceSession.create(await exportOnnx(classifier.model, { card, input: 'uint8' }));
    const pixels = new Tensor('uint8', face.data as Uint8Array, [1, 16, 16, 1]);
    const results = await session.run({ [session.inputNames[0]!]: pixels });
    expect(results[session.outputNames[0]!]!.data).toBeAllClose(expected, { atol: 1e-5, rtol: 0 });

    const { classNames, preprocessing } = card;
    const imported = await importKeras(await exportKeras(classifier.model), { classNames });
    classifier.dispose();
    const again = await loadClassifier({ model: imported, card: { classNames, preprocessing } });
    expect(await again.probabilities(face)).toBeAllClose(expected, { atol: 1e-5, rtol: 0 });
    again.dispose();
    imported.dispose();
  });
});
