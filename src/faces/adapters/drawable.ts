import type { DetectorPhoto } from '../detector';

/** A video or canvas, which detectors of browsers take without a detour. An image element may be shown at another size than its own. */
export function drawable({ source }: DetectorPhoto): HTMLVideoElement | HTMLCanvasElement | undefined {
  const isElement = typeof HTMLElement !== 'undefined' && source instanceof HTMLElement;
  return isElement && !('naturalWidth' in source) ? (source as HTMLVideoElement | HTMLCanvasElement) : undefined;
}
