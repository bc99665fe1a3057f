import { inputError } from '../errors';
import { nextFrame } from '../faces/video-frames';
import type { ParsedRecordOptions } from './parse-options';
import type { ShownFace } from './samples';

/**
 * Reads faces from a video while it plays.
 *
 * @param video The video; borrowed.
 * @param options Length, rate and signals.
 * @param read Reads the face of the frame that is shown; empty if there is none.
 * @returns The faces, at least one, and the number of frames without.
 * @throws InputError if no frame with a face was shown. The reason of `signal`.
 */
export async function recordFaces(
  video: HTMLVideoElement,
  { seconds, perSecond, finish, signal, onProgress }: ParsedRecordOptions,
  read: (video: HTMLVideoElement) => Promise<readonly ShownFace[]>,
): Promise<{ faces: ShownFace[]; withoutFace: number }> {
  signal?.throwIfAborted();
  const end = new AbortController();
  const stop = () => end.abort();
  const signals = [finish, signal];
  for (const each of signals) each?.addEventListener('abort', stop);
  if (finish?.aborted) stop();
  const timer = seconds === Infinity ? undefined : setTimeout(stop, Math.min(seconds * 1000, 2 ** 31 - 1));
  const faces: ShownFace[] = [];
  let withoutFace = 0;
  const start = performance.now();
  let taken = 0; // frames, whose times lie on a grid of the rate
  try {
    while (!end.signal.aborted) {
      await nextFrame(video, end.signal);
      const elapsed = (performance.now() - start) / 1000;
      if (end.signal.aborted || elapsed * perSecond < taken) continue;
      taken = Math.floor(elapsed * perSecond) + 1;
      const found = await read(video);
      if (found.length === 0) withoutFace++;
      faces.push(...found);
      onProgress?.(faces.length, elapsed);
    }
  } finally {
    clearTimeout(timer);
    for (const each of signals) each?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
  if (faces.length > 0) return { faces, withoutFace };
  const received = withoutFace > 0 ? `${withoutFace} frames without one` : 'none that was shown in time';
  const remedy = 'The video must play, and show a face, while it is recorded.';
  throw inputError('record: video', 'a frame with a face', received, remedy);
}
