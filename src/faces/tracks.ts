import type { Box } from '../image/region';
import type { ClassifiedFace } from './face-classifier';
import type { Prediction } from '../classify/predictions';

/**
 * A face in one frame; without a box where the whole frame is the face.
 *
 * @example
 * ```ts
 * const face: FrameFace = { predictions: await classify(picture) }; // no box: the whole frame is the face
 * ```
 */
export type FrameFace = Pick<ClassifiedFace, 'predictions'> & Partial<Omit<ClassifiedFace, 'predictions'>>;

/**
 * A face that is followed over frames.
 *
 * @example
 * ```ts
 * const line = ({ id, className }: TrackedFace) => `face ${id}: ${className}`;
 * const tracker = createTracker(createFaceClassifier(detector));
 * console.log((await tracker.update(photo))?.map(line));
 * ```
 */
export interface TrackedFace extends FrameFace {
  /** Number of the face: the same for as long as it is followed, and never used again. */
  readonly id: number;
  /** The steady label: the class that was most probable until another one was clearly more so. */
  readonly className: string;
  /** Probabilities smoothed over time, in descending order. */
  readonly predictions: Prediction[];
}

/** How faces are followed; see {@link TrackerOptions}. */
export interface TrackSettings {
  readonly smoothing: number;
  readonly hysteresis: number;
  readonly minOverlap: number;
  readonly memory: number;
}

interface Track {
  id: number;
  time: number;
  box: Box | undefined;
  className: string;
  probabilities: Map<string, number>;
}

/** Follows faces from frame to frame, on numbers alone. */
export class Tracks {
  readonly #settings: TrackSettings;
  #tracks: Track[] = [];
  #lastId = 0;
  #time = -Infinity;

  /** @param settings How faces are followed. */
  constructor(settings: TrackSettings) {
    this.#settings = settings;
  }

  /** Forgets all faces. Their numbers are not used again. */
  clear(): void {
    this.#tracks = [];
    this.#time = -Infinity;
  }

  /**
   * Takes in what was found in one frame. A time before the last one starts anew, as when a video is wound back.
   *
   * @param faces The faces of the frame.
   * @param time When the frame was taken, in ms.
   * @returns One followed face for each face of the frame, in its order.
   */
  update(faces: readonly FrameFace[], time: number): TrackedFace[] {
    if (time < this.#time) this.clear();
    this.#time = time;
    const { hysteresis, memory } = this.#settings;
    const known = this.#match(faces);
    // Only faces that are missing can be forgotten: between the frames of a slow device lies more time than that.
    this.#tracks = this.#tracks.filter((track) => known.includes(track) || time - track.time <= memory);
    return faces.map((face, i) => {
      const track = known[i] ?? this.#begin(face, time);
      this.#smooth(track, face, time);
      const predictions = Array.from(track.probabilities, ([className, probability]) => ({ className, probability }));
      predictions.sort((a, b) => b.probability - a.probability);
      const [best] = predictions;
      const own = track.probabilities.get(track.className) ?? 0;
      if (best && best.probability > own + hysteresis) track.className = best.className;
      return { ...face, id: track.id, className: track.className, predictions };
    });
  }

  /** The track of each face, or undefined: the pair that overlaps most first. */
  #match(faces: readonly FrameFace[]): (Track | undefined)[] {
    const pairs = faces.flatMap(({ box }, i) =>
      this.#tracks.map((track) => ({ i, track, overlap: overlap(box, track.box) })),
    );
    pairs.sort((a, b) => b.overlap - a.overlap);
    const matched = new Map<number, Track>();
    const taken = new Set<Track>();
    for (const { i, track, overlap: share } of pairs) {
      if (share < this.#settings.minOverlap || matched.has(i) || taken.has(track)) continue;
      matched.set(i, track);
      taken.add(track);
    }
    return faces.map((_, i) => matched.get(i));
  }

  #begin({ box, predictions }: FrameFace, time: number): Track {
    const className = predictions[0]?.className ?? '';
    const track = { id: ++this.#lastId, time, box, className, probabilities: toMap(predictions) };
    this.#tracks.push(track);
    return track;
  }

  #smooth(track: Track, { box, predictions }: FrameFace, time: number): void {
    const { smoothing } = this.#settings;
    const share = smoothing === 0 ? 1 : 1 - Math.exp((track.time - time) / smoothing);
    const fresh = toMap(predictions);
    for (const className of new Set([...track.probabilities.keys(), ...fresh.keys()])) {
      const before = track.probabilities.get(className) ?? 0;
      track.probabilities.set(className, before + share * ((fresh.get(className) ?? 0) - before));
    }
    Object.assign(track, { time, box });
  }
}

function toMap(predictions: readonly Prediction[]): Map<string, number> {
  return new Map(predictions.map(({ className, probability }) => [className, probability]));
}

/** Intersection over union, 0..1; faces without a box are the same one. */
function overlap(a: Box | undefined, b: Box | undefined): number {
  if (!a || !b) return a === b ? 1 : 0;
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}
