import type { Take, Teacher } from 'fer-cnn/teach';

const LONGEST = 30; // seconds of one take

/**
 * Records a take while a button is held, and at least one frame, so that a tap is enough.
 *
 * @param released Is aborted when the button is let go of.
 * @param onCount Is told the number of samples.
 */
export function recordWhileHeld(
  teacher: Teacher,
  label: string,
  video: HTMLVideoElement,
  released: AbortSignal,
  onCount: (samples: number) => void,
): Promise<Take> {
  const finish = new AbortController();
  let frames = 0;
  released.addEventListener('abort', () => {
    if (frames > 0) finish.abort();
  });
  const onProgress = (samples: number) => {
    frames++;
    onCount(samples);
    if (released.aborted) finish.abort();
  };
  return teacher.record(label, video, { seconds: LONGEST, finish: finish.signal, onProgress });
}
