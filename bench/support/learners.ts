import * as knn from '@tensorflow-models/knn-classifier';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Random } from 'fer-cnn';
import { fitDirections } from '../../src/teach/directions';
import { type LabeledVectors, type LinearHead, logitsOf } from '../../src/teach/linear';
import { fitPrototypes } from '../../src/teach/prototypes';

/** Learns from vectors and names the classes of others. */
export type Learner = (data: LabeledVectors, tested: readonly Float32Array[], seed: number) => Promise<number[]>;

const NEIGHBORS = 3;

const best = (values: ArrayLike<number>) => Array.from(values).indexOf(Math.max(...Array.from(values)));
const byHead = (head: LinearHead, tested: readonly Float32Array[]) =>
  tested.map((vector) => best(logitsOf(head, vector)));

/** The class mean with the nearest direction. */
export const prototypes: Learner = async (data, tested) => byHead(fitPrototypes(data), tested);

/** Logistic regression that is drawn to the class means. */
export const logistic: Learner = async (data, tested) => byHead(await fitDirections(data, async () => {}), tested);

/** `@tensorflow-models/knn-classifier` with its default of three neighbors, or one where a class has fewer samples. */
export const neighbors: Learner = async ({ vectors, labels, classes }, tested) => {
  const count = vectors.length / classes < NEIGHBORS ? 1 : NEIGHBORS;
  const classifier = knn.create();
  vectors.forEach((vector, i) =>
    tf.tidy(() => classifier.addExample(tf.tensor1d(Float32Array.from(vector)), labels[i]!)),
  );
  const named: number[] = [];
  for (const vector of tested) {
    const tensor = tf.tensor1d(vector);
    named.push(Number((await classifier.predictClass(tensor, count)).label));
    tensor.dispose();
  }
  classifier.dispose();
  return named;
};

/**
 * The head of Teachable Machine: 100 ReLU units and a softmax without bias, 50 epochs of Adam at 0.001 in batches of 16, as in
 * `libraries/image/src/teachable-mobilenet.ts` of googlecreativelab/teachablemachine-community and the defaults of its page. Unlike there
 * nothing is left out for validation, since at one sample a class nothing would be left to learn from.
 */
export const teachableMachine: Learner = async ({ vectors, labels, classes }, tested, seed) => {
  const size = vectors[0]!.length;
  const initializer = (layer: number) => tfl.initializers.varianceScaling({ seed: 2 * seed + layer + 1 } as never);
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ inputShape: [size], units: 100, activation: 'relu', kernelInitializer: initializer(0) }),
      tfl.layers.dense({ units: classes, useBias: false, activation: 'softmax', kernelInitializer: initializer(1) }),
    ],
  });
  const order = new Random(seed).shuffle(labels.map((_, i) => i));
  const xs = tf.tensor2d(
    order.flatMap((i) => Array.from(vectors[i]!)),
    [order.length, size],
  );
  const ys = tf.tidy(() =>
    tf.oneHot(
      tf.tensor1d(
        order.map((i) => labels[i]!),
        'int32',
      ),
      classes,
    ),
  );
  const optimizer = tf.train.adam(0.001);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  await model.fit(xs, ys, { epochs: 50, batchSize: 16, shuffle: false, verbose: 0 });
  const outputs = tf.tidy(() => model.predict(tf.stack(tested.map((vector) => tf.tensor1d(vector)))) as tf.Tensor);
  const values = await outputs.data();
  tf.dispose([xs, ys, outputs]);
  model.dispose();
  optimizer.dispose();
  return tested.map((_, i) => best(values.subarray(i * classes, (i + 1) * classes)));
};
