import { inputError } from '../errors';
import { nextFrame } from '../faces/video-frames';
import type { ParsedRecordOptions } from './parse-options';
import type { ShownFace } from './samples';

/** Milliseconds without a new frame after which a video counts as stopped. */
const STOPPED = 5000;

/**
 * Reads faces from a video while it plays: at least one frame, however early the take is ended, so that a tap on a button is enough. A
 * video that stops ends the take too.
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
  const faces: ShownFace[] = [];
  let withoutFace = 0;
  let taken = 0; // frames, whose times lie on a grid of the rate
  const over = new AbortController();
  let wait = new AbortController();
  const cancel = () => wait.abort();
  const end = () => {
    over.abort();
    if (taken > 0) cancel();
  };
  if (finish?.aborted) end();
  finish?.addEventListener('abort', end);
  signal?.addEventListener('abort', cancel);
  const timer = seconds === Infinity ? undefined : setTimeout(end, Math.min(seconds * 1000, 2 ** 31 - 1));
  const start = performance.now();
  try {
    while (!over.signal.aborted || taken === 0) {
      wait = new AbortController();
      const stopped = setTimeout(cancel, STOPPED);
      await nextFrame(video, wait.signal);
      clearTimeout(stopped);
      if (wait.signal.aborted) break;
      const elapsed = (performance.now() - start) / 1000;
      if (elapsed * perSecond < taken) continue;
      taken = Math.floor(elapsed * perSecond) + 1;
      const found = await read(video);
      signal?.throwIfAborted();
      if (found.length === 0) withoutFace++;
      faces.push(...found);
      onProgress?.(faces.length, elapsed);
    }
  } finally {
    clearTimeout(timer);
    finish?.removeEventListener('abort', end);
    signal?.removeEventListener('abort', cancel);
  }
  signal?.throwIfAborted();
  if (faces.length > 0) return { faces, withoutFace };
  const received = withoutFace > 0 ? `${withoutFace} without one` : `no new frame for ${STOPPED / 1000} s`;
  const remedy = 'The video must play and show a face.';
  throw inputError('record: video', 'a frame with a face', received, remedy);
}
