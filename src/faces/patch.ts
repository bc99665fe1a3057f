import { cropFrames } from '../image/crop';
import type { PixelData } from '../image/pixels';
import type { FaceRegion, Margins, Point } from '../image/region';

/** What is cut out beyond the frames, for the interpolation at their edges: this share of their size and these pixels. */
const RIM = { share: 0.1, pixels: 4 };

/** Part of a photo, and where the faces are in it. */
interface Patch {
  readonly picture: PixelData;
  readonly regions: readonly FaceRegion[];
}

/**
 * Cuts out of a photo in memory what the faces need, so that no more of it becomes a tensor.
 *
 * @param photo The photo; borrowed. One of other than bytes is returned as it is.
 * @param size Height and width of the network's input; only their ratio counts.
 * @param margin What is taken around a face, as for `cropFaces`.
 */
export function cutPatch(
  photo: PixelData,
  regions: readonly FaceRegion[],
  size: readonly [height: number, width: number],
  margin: number | Margins | undefined,
): Patch {
  const { data, width, height } = photo;
  const whole = { picture: photo, regions };
  if (data.BYTES_PER_ELEMENT !== 1) return whole;
  const frames = cropFrames([height, width], regions, { size, margin });
  const reach = frames.map((frame) => (0.5 + RIM.share) * Math.hypot(frame.width, frame.height) + RIM.pixels);
  const bound = (axis: 0 | 1, side: -1 | 1, length: number) => {
    const ends = frames.map(({ center }, i) => side * Math.ceil(side * center[axis] + reach[i]!));
    return Math.min(Math.max(side < 0 ? Math.min(...ends) : Math.max(...ends), 0), length);
  };
  const [left, top] = [bound(0, -1, width), bound(1, -1, height)];
  const [patchWidth, patchHeight] = [bound(0, 1, width) - left, bound(1, 1, height) - top];
  if (patchWidth * patchHeight > 0.5 * width * height) return whole;
  const channels = data.length / (width * height);
  const bytes = new Uint8Array(patchWidth * patchHeight * channels);
  for (let y = 0; y < patchHeight; y++) {
    const start = ((top + y) * width + left) * channels;
    bytes.set(data.subarray(start, start + patchWidth * channels), y * patchWidth * channels);
  }
  const moved = ([x, y]: Point): Point => [x - left, y - top];
  return {
    picture: { data: bytes, width: patchWidth, height: patchHeight, channels: channels as PixelData['channels'] },
    regions: regions.map(({ box, landmarks }) => ({
      box: box && { ...box, x: box.x - left, y: box.y - top },
      landmarks: landmarks && { leftEye: moved(landmarks.leftEye), rightEye: moved(landmarks.rightEye) },
    })),
  };
}
