import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../src/errors';
import type { ParsedRecordOptions } from '../../src/teach/parse-options';
import { recordFaces } from '../../src/teach/record';

const FACE = { vector: Float32Array.of(1) };

/** A video with a new frame every so many milliseconds, until it stops. */
function film(every: number, until = Infinity): HTMLVideoElement {
  const requestVideoFrameCallback = (callback: (now: number) => void) => {
    const next = (Math.floor(performance.now() / every) + 1) * every;
    if (next <= until) setTimeout(() => callback(next), next - performance.now());
    return 0;
  };
  return { readyState: 4, requestVideoFrameCallback } as unknown as HTMLVideoElement;
}

describe('a take from a video', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  const record = (video: HTMLVideoElement, options: Partial<ParsedRecordOptions> = {}, face = true) =>
    recordFaces(video, { seconds: 3, perSecond: 10, ...options }, async () => (face ? [FACE] : []));
  /** What a take ends with after some time; `'waits'` if it does not end. */
  async function after(ms: number, take: Promise<{ faces: unknown[] }>): Promise<number | string> {
    const settled = take.then(
      ({ faces }) => faces.length,
      (error: Error) => (error instanceof InputError ? error.message : `reason ${error.message}`),
    );
    await vi.advanceTimersByTimeAsync(ms);
    return Promise.race([settled, Promise.resolve('waits').then(() => new Promise<string>((done) => process.nextTick(done, 'waits')))]); // prettier-ignore
  }

  it('has as many samples as its length and rate say', async () => {
    expect(await after(3001, record(film(20), { seconds: 3, perSecond: 10 }))).toBe(30);
    expect(await after(3001, record(film(500), { seconds: 3, perSecond: 10 }))).toBe(6); // no frame is taken twice
    expect(await after(2900, record(film(20)))).toBe('waits');
  });

  it('is kept when it is ended, and has one frame if that is before the first', async () => {
    const finish = new AbortController();
    setTimeout(() => finish.abort(), 1010);
    expect(await after(1011, record(film(20), { seconds: Infinity, finish: finish.signal }))).toBe(11); // at 0, 0.1 … 1 s
    const early = record(film(300), { finish: AbortSignal.abort() });
    expect(await after(301, early)).toBe(1);
    expect(await after(301, record(film(300), { seconds: 0.01 }))).toBe(1);
  });

  it('is dropped at once when it is canceled, with the reason, before the first frame too', async () => {
    for (const at of [0, 10, 290, 310, 2000]) {
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(new Error('enough')), at);
      expect(await after(at + 1, record(film(300), { signal: cancel.signal }))).toBe('reason enough');
    }
    expect(await after(0, record(film(300), { signal: AbortSignal.abort(new Error('enough')) }))).toBe('reason enough');
    const both = record(film(300), { finish: AbortSignal.abort(), signal: AbortSignal.abort(new Error('enough')) });
    expect(await after(0, both)).toBe('reason enough');
  });

  it('ends with what there is when the video stops, and says so if that is nothing', async () => {
    const start = performance.now();
    expect(await after(7000, record(film(100, start + 1000), { seconds: Infinity }))).toBe(10);
    const message = await after(5001, record(film(100, 0), { seconds: Infinity }));
    expect(message).toMatch(
      /^record: video: expected a frame with a face, received no new frame for 5 s\. The video must play/,
    );
  });

  it('says so if no frame has a face', async () => {
    expect(await after(1001, record(film(100), { seconds: 1 }, false))).toMatch(/received \d+ without one/);
  });
});
