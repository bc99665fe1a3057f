import { describe, expect, it } from 'vitest';
import { type FrameFace, type TrackSettings, Tracks } from '../../src/faces/tracks';

const SETTINGS: TrackSettings = { smoothing: 200, hysteresis: 0.1, minOverlap: 0.2, memory: 500 };

/** A face at a place, that is happy with some probability and else sad. */
function face(happy: number, x?: number): FrameFace {
  const predictions = [
    { className: 'happy', probability: happy },
    { className: 'sad', probability: 1 - happy },
  ].sort((a, b) => b.probability - a.probability);
  return x === undefined ? { predictions } : { predictions, box: { x, y: 0, width: 100, height: 100 } };
}

/** The probability of happy in the only face. */
function happy(tracks: Tracks, frame: FrameFace, time: number): number {
  const [tracked] = tracks.update([frame], time);
  return tracked!.predictions.find(({ className }) => className === 'happy')!.probability;
}

describe('smoothing', () => {
  it('shows the first frame as it is, and 63 % of a sudden change after the time constant', () => {
    const tracks = new Tracks(SETTINGS);
    expect(happy(tracks, face(0), 1000)).toBe(0);
    expect(happy(tracks, face(1), 1200)).toBeCloseTo(1 - Math.exp(-1), 12);
  });

  it('depends on time and not on the number of frames', () => {
    const [many, few] = [new Tracks(SETTINGS), new Tracks(SETTINGS)];
    for (const tracks of [many, few]) tracks.update([face(0)], 0);
    for (const time of [10, 11, 50, 120, 121]) many.update([face(1)], time);
    expect(happy(many, face(1), 300)).toBeCloseTo(happy(few, face(1), 300), 12);
  });

  it('sums to 1 and is sorted', () => {
    const tracks = new Tracks(SETTINGS);
    tracks.update([face(0.9)], 0);
    const [tracked] = tracks.update([face(0.1)], 90);
    const [first, second] = tracked!.predictions.map(({ probability }) => probability);
    expect(first! + second!).toBeCloseTo(1, 12);
    expect(first!).toBeGreaterThan(second!);
  });

  it('of 0 shows every frame as it is', () => {
    const tracks = new Tracks({ ...SETTINGS, smoothing: 0 });
    tracks.update([face(0)], 0);
    expect(happy(tracks, face(1), 0)).toBe(1);
  });
});

describe('the label', () => {
  it('does not flicker between two classes that are about equal', () => {
    const tracks = new Tracks({ ...SETTINGS, smoothing: 0 });
    const labels = [0.52, 0.48, 0.51, 0.46, 0.54].map((share, i) => tracks.update([face(share)], i)[0]!.className);
    expect(labels).toEqual(['happy', 'happy', 'happy', 'happy', 'happy']);
  });

  it('changes when another class leads by the hysteresis', () => {
    const tracks = new Tracks({ ...SETTINGS, smoothing: 0 });
    const labels = [0.8, 0.46, 0.44, 0.54, 0.56].map((share, i) => tracks.update([face(share)], i)[0]!.className);
    expect(labels).toEqual(['happy', 'happy', 'sad', 'sad', 'happy']);
  });
});

describe('faces', () => {
  const ids = (tracks: Tracks, time: number, ...places: number[]) =>
    tracks
      .update(
        places.map((x) => face(0.5, x)),
        time,
      )
      .map(({ id }) => id);

  it('keep their number while they move, in whatever order they come', () => {
    const tracks = new Tracks(SETTINGS);
    expect(ids(tracks, 0, 0, 300)).toEqual([1, 2]);
    expect(ids(tracks, 40, 320, 30)).toEqual([2, 1]);
    expect(ids(tracks, 80, 60, 340, 600)).toEqual([1, 2, 3]);
  });

  it('are given to the pair that overlaps most', () => {
    const tracks = new Tracks(SETTINGS);
    expect(ids(tracks, 0, 0, 60)).toEqual([1, 2]);
    expect(ids(tracks, 40, 50, 10)).toEqual([2, 1]);
  });

  it('do not take over what was smoothed of another one', () => {
    const tracks = new Tracks(SETTINGS);
    tracks.update([face(1, 0)], 0);
    const [other] = tracks.update([face(0, 300)], 10);
    expect(other).toMatchObject({ id: 2, className: 'sad', predictions: [{ probability: 1 }, { probability: 0 }] });
  });

  it('are the same after a short absence, and new after a long one', () => {
    const tracks = new Tracks(SETTINGS);
    expect(ids(tracks, 0, 0)).toEqual([1]);
    expect(ids(tracks, 400)).toEqual([]);
    expect(ids(tracks, 500, 10)).toEqual([1]);
    expect(ids(tracks, 1100)).toEqual([]);
    expect(ids(tracks, 1200, 10)).toEqual([2]);
  });

  it('stay the same on a device that takes longer for a frame than faces are remembered', () => {
    const tracks = new Tracks(SETTINGS);
    expect([ids(tracks, 0, 0), ids(tracks, 2000, 10), ids(tracks, 4000, 20)]).toEqual([[1], [1], [1]]);
  });

  it('start anew when time goes back', () => {
    const tracks = new Tracks(SETTINGS);
    expect(ids(tracks, 1000, 0)).toEqual([1]);
    expect(ids(tracks, 0, 0)).toEqual([2]);
  });
});

// A face of 100 pixels that moves by 2 pixels in 10 ms.
describe('predict', () => {
  const box = (x: number) => ({ x, y: 50, width: 100, height: 100 });
  const seen = (x: number) => ({
    ...face(1, x),
    box: box(x),
    landmarks: { leftEye: [x + 30, 80], rightEye: [x + 70, 80] } as const,
  });

  it('moves a face and its eyes on as it moved between the last two detections', () => {
    const tracks = new Tracks(SETTINGS);
    expect(tracks.predict(0)).toBeUndefined(); // none is known
    tracks.update([seen(0)], 0);
    expect(tracks.predict(10)).toMatchObject([{ box: box(0) }]);
    tracks.update([seen(2)], 10);
    const expected = { box: box(4), landmarks: { leftEye: [34, 80], rightEye: [74, 80] } };
    expect(tracks.predict(20)).toMatchObject([expected]);
    tracks.update([seen(4)], 20, true);
    expect(tracks.predict(30)).toMatchObject([{ box: box(6) }]); // from the detection, not from the prediction
  });

  it('wants a detection after a fast movement, where no face is left, and when time goes back', () => {
    const tracks = new Tracks(SETTINGS);
    tracks.update([seen(0)], 0);
    expect(tracks.predict(-1)).toBeUndefined();
    tracks.update([seen(30)], 10);
    expect(tracks.predict(20)).toBeUndefined(); // 30 pixels, more than a quarter of it
    tracks.update([], 20);
    expect(tracks.predict(30)).toBeUndefined();
    tracks.update([{ predictions: [] }], 40); // the whole frame
    expect(tracks.predict(50)).toBeUndefined();
  });
});
