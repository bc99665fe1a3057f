import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextFrame } from '../../src/faces/video-frames';

const video = (currentTime: number, readyState = 4) => ({ currentTime, readyState }) as unknown as HTMLVideoElement;

describe('nextFrame in a browser without requestVideoFrameCallback', () => {
  let draw: (now: number) => void;
  let asked = 0;

  beforeEach(() => {
    asked = 0;
    let due: ((now: number) => void)[] = [];
    vi.stubGlobal('requestAnimationFrame', (callback: (now: number) => void) => {
      asked++;
      due.push(callback);
    });
    draw = (now) => {
      const callbacks = due;
      due = [];
      for (const callback of callbacks) callback(now);
    };
  });
  afterEach(() => vi.unstubAllGlobals());

  it('waits until the time of the video goes on, and tells when that was drawn', async () => {
    const playing = video(1);
    const settled = vi.fn();
    const frame = nextFrame(playing, new AbortController().signal);
    void frame.then(settled);
    draw(10);
    await Promise.resolve();
    expect(settled).not.toHaveBeenCalled();
    Object.assign(playing, { currentTime: 1.04 });
    draw(26);
    expect(await frame).toBe(26);
  });

  it('waits for the pixels of a video that was wound to another place', async () => {
    const wound = video(1);
    const frame = nextFrame(wound, new AbortController().signal);
    Object.assign(wound, { currentTime: 9, readyState: 1 });
    draw(10);
    Object.assign(wound, { readyState: 2 });
    draw(26);
    expect(await frame).toBe(26);
  });

  it('gives NaN when the waiting is ended, and looks no more', async () => {
    const controller = new AbortController();
    const frame = nextFrame(video(1), controller.signal);
    controller.abort();
    expect(await frame).toBeNaN();
    draw(10);
    draw(26);
    expect(asked).toBe(1);
  });
});
