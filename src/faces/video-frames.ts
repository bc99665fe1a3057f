/**
 * Waits for the next frame of a video: by `requestVideoFrameCallback`, or where there is none by looking at its time whenever the page
 * is drawn.
 *
 * @returns When the frame is shown, in ms of the page's clock; NaN if the waiting was ended.
 */
export function nextFrame(video: HTMLVideoElement, signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const finish = (time: number) => {
      signal.removeEventListener('abort', cancel);
      resolve(time);
    };
    const cancel = () => finish(Number.NaN);
    signal.addEventListener('abort', cancel);
    if (typeof video.requestVideoFrameCallback === 'function') {
      video.requestVideoFrameCallback(finish);
      return;
    }
    const before = video.currentTime;
    const look = (now: number) => {
      if (signal.aborted) return;
      if (video.readyState >= 2 && video.currentTime !== before) finish(now);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}
