import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../src/classify/predictions';
import { InputError } from '../../src/errors';
import { correctPredictions, type FaceBaseline, parseBaseline, RESTING } from '../../src/faces/baseline';
import { createFaceClassifier } from '../../src/faces/face-classifier';
import type { FrameClassifier } from '../../src/faces/frame-classifier';
import { measureBaseline } from '../../src/faces/measure-baseline';
import { createTracker } from '../../src/faces/tracker';
import { useBackend } from '../support/backends';

const rows = (probabilities: Record<string, number>): Prediction[] =>
  Object.entries(probabilities).map(([className, probability]) => ({ className, probability }));
const of = (predictions: readonly Prediction[], name: string) =>
  predictions.find(({ className }) => className === name)!.probability;
const picture = (value: number) => ({ data: new Uint8Array(4).fill(value), width: 2, height: 2 });

/** A person whose resting face looks angry. */
const ANGRY = { angry: 0.6, happy: 0.05, neutral: 0.35 };
const BASELINE: FaceBaseline = { className: 'neutral', probabilities: ANGRY, faces: 3 };

/** Gives one result after another. */
const says = (...results: Awaited<ReturnType<FrameClassifier['classify']>>[]): FrameClassifier => ({
  classify: async () => results.shift() ?? [],
});

describe('correctPredictions', () => {
  it('makes the resting face neutral, and keeps what differs from it', () => {
    const resting = correctPredictions(rows(ANGRY), BASELINE);
    expect(resting[0]).toMatchObject({ className: 'neutral' });
    expect(of(resting, 'neutral')).toBeCloseTo(RESTING, 6);
    expect(resting.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    const soft = correctPredictions(rows({ angry: 0.4, happy: 0.3, neutral: 0.3 }), BASELINE);
    expect(soft[0]!.className).toBe('happy');
    const sure = correctPredictions(rows({ angry: 1, happy: 0, neutral: 0 }), BASELINE);
    expect(sure[0]!.className).toBe('angry');
  });

  it('is a shift of the log-odds, the same for every face', () => {
    const ratio = (predictions: readonly Prediction[]) => of(predictions, 'happy') / of(predictions, 'neutral');
    const floored = ({ happy, neutral }: Record<string, number>) => (happy! + 0.005) / (neutral! + 0.005);
    const shifts = [ANGRY, { angry: 0.1, happy: 0.7, neutral: 0.2 }].map(
      (face) => ratio(correctPredictions(rows(face), BASELINE)) / floored(face),
    );
    expect(shifts[0]).toBeCloseTo(shifts[1]!, 6);
  });
});

describe('parseBaseline', () => {
  it('takes what JSON kept, for the same classes in any order', () => {
    const kept: unknown = JSON.parse(JSON.stringify(BASELINE));
    expect(parseBaseline('here', kept, ['neutral', 'angry', 'happy'])).toEqual(BASELINE);
  });

  it.each<[unknown, RegExp]>([
    [null, /here: expected an object/],
    [{ ...BASELINE, faces: 0 }, /faces: expected an integer of at least 1/],
    [{ ...BASELINE, className: 'calm' }, /className: expected one of the classes "angry", "happy", "neutral", received "calm"/],
    [{ ...BASELINE, probabilities: [0.5, 0.5] }, /probabilities: expected an object of probabilities by class name/],
    [{ ...BASELINE, probabilities: { angry: NaN, neutral: 1 } }, /probabilities\.angry: expected a finite number in 0\.\.1/],
    [{ ...BASELINE, probabilities: { angry: 0.1, neutral: 0.2 } }, /at least 2 probabilities of sum 1, received 2 of sum 0\.3/],
    [{ ...BASELINE, person: 'me' }, /the key "person"/],
  ])('refuses %j', (value, message) => {
    expect(() => parseBaseline('here', value)).toThrow(InputError);
    expect(() => parseBaseline('here', value)).toThrow(message);
  }); // prettier-ignore
});

describe('measureBaseline', () => {
  it('takes the mean of the largest faces in images, and leaves out images without one', async () => {
    const box = { x: 0, y: 0, width: 2, height: 2 };
    const small = { box, predictions: rows({ angry: 0, happy: 1, neutral: 0 }) };
    const face = (angry: number) => ({ box, predictions: rows({ angry, happy: 0, neutral: 1 - angry }) });
    const classifier = says([face(0.2), small], [], [face(0.6)]);
    const shares: number[] = [];
    const onProgress = (share: number) => shares.push(share);
    const baseline = await measureBaseline([1, 2, 3].map(picture), { classifier, onProgress });
    expect(baseline).toMatchObject({ className: 'neutral', faces: 2 });
    expect(baseline.probabilities['angry']).toBeCloseTo(0.4, 6);
    expect(baseline.probabilities['happy']).toBe(0);
    expect(shares).toEqual([1 / 3, 2 / 3, 1]);
  });

  it('takes a batch, and disposes of its parts', async () => {
    await useBackend('cpu');
    const batch = tf.zeros<tf.Rank.R4>([2, 4, 4, 1]);
    const before = tf.memory().numTensors;
    const classifier = says(rows(ANGRY), rows(ANGRY));
    expect((await measureBaseline(batch, { classifier })).faces).toBe(2);
    await expect(measureBaseline(batch, { classifier: says() })).rejects.toThrow(/expected a face, received none in/);
    expect(tf.memory().numTensors).toBe(before);
    batch.dispose();
  });

  it('watches a video for a while, and ends at a signal', async () => {
    const video = { requestVideoFrameCallback: (shown: (now: number) => void) => void setTimeout(() => shown(0), 5) };
    const classifier: FrameClassifier = { classify: async () => rows(ANGRY) };
    const baseline = await measureBaseline(video as unknown as HTMLVideoElement, { classifier, seconds: 0.1 });
    expect(baseline.faces).toBeGreaterThan(1);
    const paused = { requestVideoFrameCallback: () => 1 } as unknown as HTMLVideoElement;
    expect((await measureBaseline(paused, { classifier, seconds: 0.1 })).faces).toBe(1);
    await expect(measureBaseline(paused, { classifier: says(), seconds: 0.1 })).rejects.toThrow(/none within 0\.1 s/);
    const halt = new AbortController();
    const stopped = measureBaseline(paused, { classifier, seconds: 60, signal: halt.signal });
    setTimeout(() => halt.abort(new Error('enough')), 20);
    await expect(stopped).rejects.toThrow('enough');
  });

  it('works for other classes, and refuses what it cannot measure', async () => {
    const own = { bored: 0.7, engaged: 0.3 };
    const baseline = await measureBaseline(picture(1), { classifier: says(rows(own)), className: 'bored' });
    expect(baseline).toEqual({ className: 'bored', probabilities: own, faces: 1 });
    const unknown = measureBaseline(picture(1), { classifier: says(rows(own)) });
    await expect(unknown).rejects.toThrow(
      /className: expected one of "bored", "engaged", received "neutral". Pass className/,
    );
    const corrected = { classify: async () => rows(own), baseline };
    await expect(measureBaseline(picture(1), { classifier: corrected })).rejects.toThrow(/one that corrects nothing/);
    await expect(measureBaseline(picture(1), { seconds: 0 })).rejects.toThrow(/seconds: expected a finite number/);
    await expect(measureBaseline(picture(1), { classifier: {} as never })).rejects.toThrow(InputError);
  });
});

describe('a baseline', () => {
  const classifier = {
    classify: async () => [rows({ angry: 0.4, happy: 0.3, neutral: 0.3 })],
    card: { classNames: ['angry', 'happy', 'neutral'], preprocessing: { inputSize: [2, 2] } },
  } as never;
  const detector = { detect: () => [{ box: { x: 0, y: 0, width: 2, height: 2 } }] };

  it('corrects the faces of a face classifier before the best classes are taken', async () => {
    await useBackend('cpu');
    const faces = createFaceClassifier({ detector, classifier, minSize: 0, baseline: BASELINE });
    expect(faces.baseline).toEqual(BASELINE);
    const [face] = await faces.classify(picture(1), { topk: 1 });
    expect(face!.predictions).toMatchObject([{ className: 'happy' }]);
    expect((await faces.classify(picture(1), { minProbability: 0.99 }))[0]!.predictions).toEqual([]);
  });

  it('is refused for other classes', () => {
    expect(() => createFaceClassifier({ baseline: BASELINE })).toThrow(
      /options\.baseline: expected a baseline for the classes "angry", "disgust".*Measure one with this classifier/,
    );
  });

  it('corrects the faces of a tracker, once', async () => {
    const tracker = createTracker(says(rows({ angry: 0.4, happy: 0.3, neutral: 0.3 })), { baseline: BASELINE });
    expect((await tracker.update(picture(1), 0))![0]!.className).toBe('happy');
    const corrected = { classify: async () => [], baseline: BASELINE };
    expect(() => createTracker(corrected, { baseline: BASELINE })).toThrow(/received two baselines/);
    const others = createTracker(says(rows({ a: 0.5, b: 0.5 })), { baseline: BASELINE });
    await expect(others.update(picture(1), 0)).rejects.toThrow(InputError);
  });
});
