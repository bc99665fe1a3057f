import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as curation from '../../src/curation';
import * as faces from '../../src/faces';
import { explain } from '../../src/explain';
import * as fer from '../../src/index';
import { labelFromName } from '../../src/labels';
import * as metrics from '../../src/metrics';
import { resolveCard } from '../../src/storage/resolve-card';
import { describeOn } from '../support/backends';
import { METRICS, type WITH_OPTIONS } from './covered';
import { ABORTED, fuzz, hostile, keepsContract, mostly, optionsOf, timeoutFor } from './fuzz';

const SIDE = 4;
const LABELS = [0, 1, 2, 3, 4, 5, 6, 0];
const DRAFT = {
  name: 'fuzz',
  architecture: 'one dense layer',
  classNames: fer.EMOTIONS,
  preprocessing: { inputSize: [SIDE, SIDE], mean: 0.5, std: 0.25 },
} as const;

let model: tfl.LayersModel;
let dataset: fer.Dataset;
let votes: curation.FerPlusVotes;
const probabilities = LABELS.flatMap((label) => fer.EMOTIONS.map((_, i) => (i === label ? 0.4 : 0.1)));
const random = () => new fer.Random(1);
const bytesOf = (text: string) => new TextEncoder().encode(text);

function makeInputs(): void {
  model = tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [SIDE, SIDE, 1] }),
      tfl.layers.dense({
        units: 7,
        activation: 'softmax',
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }),
      }),
    ],
  });
  const pixels = random();
  const images = new Uint8Array(LABELS.length * SIDE * SIDE).map(() => pixels.integer(256));
  dataset = new fer.Dataset({ images, labels: Uint8Array.from(LABELS), height: SIDE, width: SIDE });
  votes = {
    size: LABELS.length,
    votes: new Uint8Array(LABELS.length * 10).fill(1),
    splits: new Uint8Array(LABELS.length),
  };
}

/** Ends what would take long: all that a signal stops. */
function soon(): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(ABORTED), 5);
  return controller.signal;
}

const number = [0, 0.1, 0.5, 1, 2, 3];
const flag = [true, false];
const nothing = () => undefined;
const merged = (given: object, options: unknown) =>
  (typeof options === 'object' && options !== null && !Array.isArray(options)
    ? { ...given, ...options }
    : options) as never;
const nested = (valid: Record<string, readonly unknown[]>) => fc.sample(optionsOf(valid), { numRuns: 40, seed: 7 });

const box = [
  { x: 0, y: 0, width: 3, height: 3 },
  { x: -9, y: 0, width: 1e9, height: 1 },
  { x: NaN, y: 0, width: 1, height: 1 },
];
const landmarks = [{ leftEye: [1, 1], rightEye: [3, 1] }, { leftEye: [0, 0], rightEye: [0, 0] }, { leftEye: 1 }];
const face = {
  box,
  landmarks,
  regions: [[], [{ box: box[0] }], [{ box: box[1] }], [{}]],
  margin: [0, 0.5, -1, { top: 1 }, { top: 'x' }],
};

const SMALL = { conv: { filters: [1, 1] }, dense: { units: [2] }, inputSize: [SIDE, SIDE] };
const cnn = {
  variant: ['text', 'code'],
  conv: nested({
    filters: [[1], [1, 1], [2 ** 20, 2 ** 20]],
    repeats: [1, [1, 1], 1e9],
    kernelSizes: [1, 3, [3, 3]],
    dropout: number,
  }),
  dense: nested({ units: [[], [2], [1e9]], batchNorm: flag, dropout: number }),
  head: nested({ activation: ['softmax', 'sigmoid'], dropout: number }),
  classNames: ['fer2013', 'alphabetical', ['a', 'b'], ['a', 'a'], ['a'], 7],
  l2: number,
  inputSize: [
    [4, 4],
    [8, 4],
    [1e9, 1e9],
  ],
  seed: [0, 1],
};

/** For each function that takes options: values of which each is right for some, and a call with options made of them and of anything. */
const CALLS: Record<
  (typeof WITH_OPTIONS)[number],
  { valid: Record<string, readonly unknown[]>; call: (options: never) => unknown }
> = {
  createShallowCnn: { valid: cnn, call: (o) => fer.createShallowCnn(merged(SMALL, o)).dispose() },
  createDeepCnn: {
    valid: cnn,
    call: (o) => fer.createDeepCnn(merged({ ...SMALL, conv: { filters: [1, 1], kernelSizes: 1 } }, o)).dispose(),
  },
  train: {
    valid: {
      epochs: [1, 2],
      batchSize: [1, 4, 100],
      seed: [0, 5],
      validation: [undefined, 0.3, 1],
      augment: nested({
        flip: number, affine: [{}, { rotate: 5 }, { scale: 'x' }], brightness: number, contrast: number,
        erase: [{ probability: 0.5 }, { probability: 1, area: [0.1, 0.2] }, { probability: 1, area: 5 }], mixup: number,
      }), // prettier-ignore
      preprocessing: [undefined, DRAFT.preprocessing, { inputSize: [1, 1], mean: 0, std: 1 }],
      loss: nested({
        type: ['categoricalCrossentropy', 'binaryCrossentropy', 'focal'], labelSmoothing: number, gamma: number,
        classWeights: ['balanced', [1, 1, 1, 1, 1, 1, 1], [1]],
      }), // prettier-ignore
      optimization: nested({
        optimizer: ['sgd', 'momentum', 'adam', 'rmsprop'], learningRate: [0.1, 1e-3, () => 0.1, () => NaN, () => 'x'],
        weightDecay: number, clipNorm: number, averaging: number,
      }), // prettier-ignore
      earlyStopping: nested({
        monitor: ['valLoss', 'valAccuracy'],
        patience: [1, 2],
        minDelta: number,
        restoreBest: flag,
      }),
      checkpoint: nested({
        store: [fer.memoryCheckpoint(), { read: async () => new Uint8Array(40), write: async () => undefined }],
        everyEpochs: [1], everySteps: [1, 2], resume: flag,
      }), // prettier-ignore
      callbacks: [[], {}, { onEpochEnd: async () => undefined }],
      onProgress: [nothing],
    },
    call: (o) => fer.train(model, dataset, merged({ epochs: 1, signal: soon() }, o)),
  },
  evaluate: {
    valid: {
      batchSize: [1, 8],
      preprocessing: [DRAFT.preprocessing, '0..1', { mean: [1], std: 1 }],
      onProgress: [nothing],
      trainingSet: [undefined],
      temperature: [1, 2],
      bootstrap: nested({ samples: [1, 10, 1e15], seed: [0, 1], confidence: [0.5, 0.95] }),
      classNames: [undefined, fer.EMOTIONS, ['a']],
    },
    call: (o) => fer.evaluate(model, dataset, merged({ preprocessing: '0..1' }, o)),
  },
  predict: {
    valid: {
      batchSize: [1, 8],
      preprocessing: [DRAFT.preprocessing, '0..1', { mean: [1], std: 1 }],
      onProgress: [nothing],
    },
    call: (o) => fer.predict(model, dataset, merged({ preprocessing: '0..1' }, o)),
  },
  createReport: {
    valid: {
      probabilities: [probabilities],
      labels: [LABELS, [9]],
      classNames: [undefined, fer.EMOTIONS],
      bootstrap: [{ samples: 5 }, {}],
    },
    call: (o) => fer.createReport(merged({ probabilities, labels: LABELS }, o)),
  },
  bootstrapInterval: {
    valid: { samples: [1, 10, 1e15], seed: [0, 1], confidence: [0.5, 0.95] },
    call: (o) => metrics.bootstrapInterval([1, 0, 1], o),
  },
  batches: {
    valid: {
      batchSize: [1, 3, 1e9], shuffle: flag, seed: [0, 1], epoch: [0, 1], augment: [{ flip: 0.5 }, { mixup: 0.1 }],
      dropRemainder: flag, firstBatch: [0, 1],
    }, // prettier-ignore
    call: (o) => [...fer.batches(dataset, o)],
  },
  'Dataset.split': {
    valid: { fractions: [[0.5, 0.5], [1], [2, 3], [1e308, 1e308]], seed: [0], stratify: flag },
    call: (o) => dataset.split(o),
  },
  joinFerPlus: {
    valid: { target: ['majority', 'probability', 'x'], mix: number, drop: [[], ['NF'], ['unknown', 'NF']] },
    call: (o) => curation.joinFerPlus(dataset, votes, o),
  },
  createAugmentation: {
    valid: {
      flip: number,
      affine: [{ rotate: 3 }],
      brightness: number,
      contrast: number,
      erase: [{ probability: 1, area: 'ab' }],
      mixup: number,
    },
    call: (o) => {
      const augment = fer.createAugmentation(o);
      for (const batch of fer.batches(dataset)) augment(batch, random());
    },
  },
  preprocess: {
    valid: {
      inputSize: [
        [4, 4],
        [8, 8],
        ['a', 1],
      ],
      mean: number,
      std: number,
    },
    call: (o) => tf.tidy(() => void fer.preprocess(tf.zeros([1, SIDE, SIDE, 1]), merged(DRAFT.preprocessing, o))),
  },
  cropFaces: {
    valid: {
      size: [
        [4, 4],
        [1, 9],
        [1e9, 1e9],
      ],
      margin: face.margin,
    },
    call: (o) =>
      tf.tidy(
        () => void fer.cropFaces(tf.zeros<tf.Rank.R3>([6, 5, 3]), [{ box: { x: 1, y: 1, width: 3, height: 3 } }], o),
      ),
  },
  createFaceClassifier: {
    valid: { classifier: [undefined], minScore: number, minSize: number, maxFaces: [1, 2, Infinity] },
    call: (o) =>
      faces
        .createFaceClassifier({ detector: { detect: async () => [] }, ...(o as object) })
        .classify({ data: new Uint8Array(16), width: 4, height: 4 }),
  },
  classifyFaces: {
    valid: {
      topk: [1, 2, 8, 0],
      minProbability: number,
      views: ['single', 'x'],
      faces: [[], undefined],
      signal: [undefined],
    },
    call: (o) => faces.classifyFaces({ data: new Uint8Array(16), width: 4, height: 4 }, o),
  },
  loadFaceDetector: {
    valid: { minScore: number, smallFaces: ['auto', 'never', 'always', 'x'] },
    call: async (o) => (await faces.loadFaceDetector(o)).dispose(),
  },
  measureBaseline: {
    valid: { seconds: number, className: ['happy', 'x'], classifier: [undefined, 'x'], signal: [undefined] },
    call: (o) => faces.measureBaseline({ data: new Uint8Array(16), width: 4, height: 4 }, o),
  },
  createTracker: {
    valid: { smoothing: number, hysteresis: number, minOverlap: number, memory: number, detectEvery: [1, 2, 0] },
    call: (o) => faces.createTracker({ classify: async () => [] } as never, o).dispose(),
  },
  explain: {
    valid: { className: ['happy', 'x'], method: ['occlusion', 'gradCam', 'hiResCam', 'x'] },
    call: async (o) => {
      const { map } = await explain({ model, card: DRAFT }, { data: new Uint8Array(16), width: 4, height: 4 }, o);
      map.dispose();
    },
  },
  'Dataset.folds': { valid: { folds: [2, 3, 200], seed: [0, 1] }, call: (o) => dataset.folds(o) },
  'Dataset.toDataset': {
    valid: {
      batchSize: [1, 1e9],
      shuffle: flag,
      seed: [0],
      augment: [{ flip: 0.5 }, { flip: 2 }],
      dropRemainder: flag,
    },
    call: async (o) => dataset.toDataset(o).forEachAsync((batch) => tf.dispose(batch)),
  },
  cosine: { valid: { peak: number, epochs: number, warmup: number, final: number }, call: (o) => fer.cosine(o)(0.5) },
  stepDecay: { valid: { initial: number, factor: number, every: number }, call: (o) => fer.stepDecay(o)(0.5) },
  reduceOnPlateau: {
    valid: { initial: number, factor: number, patience: number, minDelta: number, min: number },
    call: (o) => fer.reduceOnPlateau(o),
  },
  Dataset: {
    valid: {
      images: [new Uint8Array(48 * 48), new Uint8Array(0)], labels: [Uint8Array.of(3), Uint8Array.of(9)], splits: [Uint8Array.of(0)],
      height: [48, 1], width: [48, 2304, 1e9], names: [['a']], rows: [Uint32Array.of(1)], targets: [new Float32Array(7)],
    }, // prettier-ignore
    call: (o) => new fer.Dataset(o),
  },
  loadFer2013: {
    valid: {
      split: ['Training', ['Training', 'x'], []],
      onInvalid: ['throw', 'skip'],
      onProgress: [nothing],
      file: ['a.csv'],
    },
    call: (o) => fer.loadFer2013(bytesOf('emotion,pixels,Usage\n1,2,Training\n'), o),
  },
  loadFerPlus: { valid: { file: ['a.csv'] }, call: (o) => curation.loadFerPlus(bytesOf('Usage\n'), o) },
  saveModel: {
    valid: {
      card: [DRAFT, { ...DRAFT, classNames: ['a', 'b'] }, { classNames: 'alphabetical', pixels: '0..1' }, {}],
      dtype: ['float32', 'float16', 'uint8', 'mixed'],
    },
    call: (o) => fer.saveModel({ save: async () => ({}) as tf.io.SaveResult }, model, o),
  },
  loadModel: {
    valid: { card: [DRAFT], timeoutMs: [1, 10, Infinity], onProgress: [nothing] },
    call: (o) => fer.loadModel('https://localhost:1/model.json', merged({ signal: AbortSignal.abort(ABORTED) }, o)),
  },
  loadClassifier: {
    valid: { model: [undefined], card: [undefined, DRAFT] },
    call: async (o) => (await fer.loadClassifier(merged({ model }, o))).dispose(),
  },
  'Classifier.probabilities': {
    valid: { views: ['single', 'ten', 1], ...face },
    call: async (o) => {
      const classifier = await fer.loadClassifier({ model, card: DRAFT });
      try {
        await classifier.probabilities({ data: new Uint8Array(16), width: 4, height: 4 }, o);
      } finally {
        classifier.dispose();
      }
    },
  },
  classify: {
    valid: { topk: [1, 7, 8], minProbability: number, views: ['single', 'ten', 1], ...face },
    call: async (o) => {
      const classifier = await fer.loadClassifier({ model, card: DRAFT });
      try {
        await classifier.classify({ data: new Uint8Array(16), width: 4, height: 4 }, o);
      } finally {
        classifier.dispose();
      }
    },
  },
};

const SHARE = 0.25 / Object.keys(CALLS).length;

describeOn(['cpu'], 'hostile options', () => {
  beforeAll(async () => {
    await makeInputs();
    await faces.classifyFaces({ data: new Uint8Array(16), width: 4, height: 4 }); // loads what all calls share
  });
  afterAll(() => model.dispose());

  it.each(Object.entries(CALLS))(
    '%s takes them or throws an InputError',
    async (_name, { valid, call }) => {
      await fuzz(SHARE, optionsOf(valid), (options) => keepsContract(() => call(options as never)));
    },
    timeoutFor(SHARE),
  );

  it(
    'metrics give numbers or throw an InputError',
    async () => {
      const lists = mostly(
        fc.oneof(
          fc.constantFrom<unknown>(LABELS, probabilities, metrics.reliabilityBins(LABELS, probabilities)),
          fc.array(fc.double(), { maxLength: 20 }),
          fc.array(fc.array(fc.double({ min: 0 }), { minLength: 2, maxLength: 2 }), { minLength: 2, maxLength: 2 }),
        ),
      );
      const all: Record<string, unknown> = { ...fer, ...metrics };
      const args = fc.tuple(
        fc.constantFrom(...METRICS.map((name) => all[name])),
        lists,
        lists,
        mostly(fc.constantFrom(1, 3, 7)),
      );
      await fuzz(0.05, args, async ([metric, ...given]) =>
        keepsContract(() => (metric as (...args: unknown[]) => unknown)(...given)),
      );
    },
    timeoutFor(0.05),
  );

  it(
    'labelFromName gives a label or undefined for any text',
    async () => {
      await fuzz(0.02, fc.string(), (name) =>
        keepsContract(() => expect([undefined, 0, 1, 2, 3, 4, 5, 6]).toContain(labelFromName(name))),
      );
    },
    timeoutFor(0.02),
  );

  it(
    'a card is completed, or refused with the reason',
    async () => {
      await fuzz(0.03, hostile, (card) =>
        keepsContract(() => within('card', () => resolveCard(model, merged(DRAFT, card)))),
      );
    },
    timeoutFor(0.03),
  );
});
