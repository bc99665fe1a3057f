import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import type { FrameClassifier } from '../../src/faces/frame-classifier';
import { createTracker } from '../../src/faces/tracker';
import type { TrackedFace } from '../../src/faces/tracks';
import { DisposedError, InputError } from '../../src/errors';
import type { ImageSource } from '../../src/image/read';
import { useBackend } from '../support/backends';
import { TINY_CARD, tinyModel } from '../classify/tiny';

/** A classifier that answers when it is told to, and what it was asked. */
function slowClassifier() {
  const asked: ImageSource[] = [];
  const waiting: (() => void)[] = [];
  const classifier: FrameClassifier = {
    async classify(frame) {
      asked.push(frame);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return [{ className: 'happy', probability: 1 }];
    },
  };
  return { classifier, asked, answer: async () => (waiting.shift()!(), settle()) };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
const picture = (value: number) => ({ data: new Uint8Array(4).fill(value), width: 2, height: 2 });

/** A video whose frames come when the test says so. */
function fakeVideo() {
  let callbacks: ((now: number) => void)[] = [];
  const video = {
    ...picture(9),
    requestVideoFrameCallback: (callback: (now: number) => void) => callbacks.push(callback),
  };
  const show = async (now: number) => {
    const due = callbacks;
    callbacks = [];
    due.forEach((callback) => callback(now));
    await settle();
  };
  return { video: video as unknown as HTMLVideoElement, show };
}

describe('update', () => {
  it('drops all frames that come during a classification but the newest', async () => {
    const { classifier, asked, answer } = slowClassifier();
    const tracker = createTracker(classifier);
    const frames = [1, 2, 3, 4].map(picture);
    const results = frames.map((frame, i) => tracker.update(frame, i));
    await settle();
    expect(asked).toEqual([frames[0]]);
    await answer();
    expect(asked).toEqual([frames[0], frames[3]]);
    await answer();
    expect((await Promise.all(results)).map((faces) => faces?.length)).toEqual([1, undefined, undefined, 1]);
    const next = tracker.update(frames[1]!, 5);
    await settle();
    await answer();
    expect(await next).toMatchObject([{ id: 1, className: 'happy' }]);
  });

  it('passes on the errors of the classifier, and goes on after them', async () => {
    let fails = true;
    const classify = async () => {
      if (fails) throw new Error('no luck');
      return [{ className: 'sad', probability: 1 }];
    };
    const tracker = createTracker({ classify });
    await expect(tracker.update(picture(1), 0)).rejects.toThrow('no luck');
    fails = false;
    expect(await tracker.update(picture(1), 1)).toMatchObject([{ className: 'sad' }]);
  });

  it('follows the faces of a face classifier', async () => {
    const box = { x: 0, y: 0, width: 10, height: 10 };
    const happy = [{ className: 'happy', probability: 1 }];
    const found = [[{ box, predictions: happy }], [], [{ box: { ...box, x: 1 }, score: 0.9, predictions: happy }]];
    const tracker = createTracker({ classify: async () => found.shift()! });
    expect(await tracker.update(picture(1), 0)).toMatchObject([{ id: 1, box }]);
    expect(await tracker.update(picture(1), 40)).toEqual([]);
    expect(await tracker.update(picture(1), 80)).toMatchObject([{ id: 1, box: { x: 1 }, score: 0.9 }]);
  });

  it('lets faces be detected every few frames, and says in between where they should be', async () => {
    const asked: unknown[] = [];
    let x = 0;
    const classify: FrameClassifier['classify'] = async (_, options) => {
      asked.push(options?.faces?.map((face) => face.box.x));
      const box = options?.faces?.[0]?.box ?? { x: (x += 3), y: 0, width: 100, height: 100 };
      return [{ box, predictions: [{ className: 'happy', probability: 1 }] }];
    };
    const tracker = createTracker({ classify });
    const places: number[] = [];
    for (let i = 0; i < 7; i++) places.push((await tracker.update(picture(1), 10 * i))![0]!.box!.x);
    expect(asked).toEqual([undefined, [3], [3], undefined, [7], [8], undefined]); // 3 pixels in 30 ms
    expect(places).toEqual([3, 3, 3, 6, 7, 8, 9]);
    const always = createTracker({ classify }, { detectEvery: 1 });
    asked.length = 0;
    for (let i = 0; i < 3; i++) await always.update(picture(1), 10 * i);
    expect(asked).toEqual([undefined, undefined, undefined]);
  });

  it('smooths what a real classifier says of tensors', async () => {
    await useBackend('cpu');
    const model = tinyModel(40);
    const classifier = await loadClassifier({ model, card: TINY_CARD });
    const before = tf.memory().numTensors;
    const tracker = createTracker(classifier, { smoothing: 100 });
    const [angry, happy] = [tf.tensor2d([[255, 0], [0, 0]]), tf.tensor2d([[0, 0], [0, 255]])]; // prettier-ignore
    const labels: string[] = [];
    for (const [frame, time] of [
      [angry, 0],
      [happy, 30],
      [happy, 60],
      [happy, 300],
    ] as const) {
      // prettier-ignore
      labels.push((await tracker.update(frame, time))![0]!.className);
    }
    expect(labels).toEqual(['angry', 'angry', 'angry', 'happy']);
    tf.dispose([angry, happy]);
    expect(tf.memory().numTensors).toBe(before);
    classifier.dispose();
    model.dispose();
  });

  it('is refused after dispose, which may be called twice', async () => {
    const { classifier, answer } = slowClassifier();
    const tracker = createTracker(classifier);
    const result = tracker.update(picture(1), 0);
    await settle();
    tracker.dispose();
    tracker.dispose();
    await answer();
    expect(await result).toBeUndefined();
    await expect(tracker.update(picture(1), 1)).rejects.toThrow(DisposedError);
  });
});

describe('start', () => {
  it('classifies the frames that are shown until it is stopped', async () => {
    const { classifier, asked, answer } = slowClassifier();
    const { video, show } = fakeVideo();
    const tracker = createTracker(classifier);
    const seen: TrackedFace[][] = [];
    const end = tracker.start(video, (faces) => seen.push(faces));
    await show(10);
    await show(20); // is dropped
    expect(asked).toHaveLength(1);
    await answer();
    await show(30);
    await answer();
    expect(asked).toHaveLength(2);
    expect(seen.map(([face]) => face?.id)).toEqual([1, 1]);
    await show(40);
    tracker.stop();
    await answer();
    await end;
    await show(50);
    expect([asked.length, seen.length]).toEqual([3, 2]);
  });

  it('rejects if a frame cannot be classified', async () => {
    const { video, show } = fakeVideo();
    const tracker = createTracker({ classify: () => Promise.reject(new Error('no luck')) });
    const end = tracker.start(video, () => undefined);
    const outcome = expect(end).rejects.toThrow('no luck');
    await show(10);
    await outcome;
  });

  it('ends the one before and forgets its faces', async () => {
    const { video, show } = fakeVideo();
    const ids: number[] = [];
    const tracker = createTracker({ classify: async () => [{ className: 'sad', probability: 1 }] });
    const collect = (faces: TrackedFace[]) => ids.push(faces[0]!.id);
    const first = tracker.start(video, collect);
    await show(10);
    const second = tracker.start(video, collect);
    await first;
    await show(20);
    expect(ids).toEqual([1, 2]);
    tracker.dispose();
    await second;
  });
});

describe('start, while a frame of an earlier video is classified', () => {
  it('forgets that frame too', async () => {
    const { classifier, answer } = slowClassifier();
    const [old, now] = [fakeVideo(), fakeVideo()];
    const tracker = createTracker(classifier);
    const seen: TrackedFace[][] = [];
    const first = tracker.start(old.video, () => undefined);
    await old.show(10);
    const second = tracker.start(now.video, (faces) => seen.push(faces));
    await now.show(20); // waits for the frame of the old video
    await answer();
    await answer();
    await first;
    expect(seen.map(([face]) => face?.id)).toEqual([1]);
    tracker.dispose();
    await second;
  });
});

describe('createTracker', () => {
  it.each([
    [{ smoothing: -1 }, /smoothing: expected a finite number of at least 0/],
    [{ hysteresis: 2 }, /hysteresis: expected a finite number in 0..1/],
    [{ smoothness: 1 } as never, /received the key "smoothness"/],
  ])('refuses %j', (options, message) => {
    expect(() => createTracker(slowClassifier().classifier, options)).toThrow(message);
  });

  it('refuses what cannot classify, what is no video and what cannot be called', async () => {
    expect(() => createTracker({} as never)).toThrow(InputError);
    const tracker = createTracker(slowClassifier().classifier);
    await expect(tracker.start(null as never, () => undefined)).rejects.toThrow(/start: expected a video/);
    await expect(tracker.start(fakeVideo().video, undefined as never)).rejects.toThrow(InputError);
    tracker.dispose();
    await expect(tracker.start(fakeVideo().video, () => undefined)).rejects.toThrow(DisposedError);
  });
});
