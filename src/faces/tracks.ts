import type { Box, FaceLandmarks, Point } from '../image/region';
import type { DetectedFace } from './detector';
import type { ClassifiedFace } from './face-classifier';
import type { Prediction } from '../classify/predictions';

/**
 * A face in one frame; without a box where the whole frame is the face.
 */
export type FrameFace = Pick<ClassifiedFace, 'predictions'> & Partial<Omit<ClassifiedFace, 'predictions'>>;

/**
 * A face that is followed over frames.
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
  /** The face where it was last detected, and when. */
  seen: FrameFace;
  seenTime: number;
  /** How it moved between the last two detections, in pixels a ms. */
  speed: Point;
  className: string;
  probabilities: Map<string, number>;
}

/** A face that should have moved by more than this share of its size since it was detected has to be detected again. */
const FAST = 0.25;

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
   * Takes in what was found in one frame. A time before the last one starts again, as when a video is wound back.
   *
   * @param faces The faces of the frame.
   * @param time When the frame was taken, in ms.
   * @param isPredicted Whether their places are those of {@link Tracks.predict}, not detected ones.
   * @returns One followed face for each face of the frame, in its order.
   */
  update(faces: readonly FrameFace[], time: number, isPredicted = false): TrackedFace[] {
    if (time < this.#time) this.clear();
    this.#time = time;
    const { hysteresis, memory } = this.#settings;
    const known = this.#match(faces);
    // Only faces that are missing can be forgotten: between the frames of a slow device lies more time than that.
    this.#tracks = this.#tracks.filter((track) => known.includes(track) || time - track.time <= memory);
    return faces.map((face, i) => {
      const track = known[i] ?? this.#begin(face, time);
      this.#smooth(track, face, time);
      if (!isPredicted) see(track, face, time);
      const predictions = Array.from(track.probabilities, ([className, probability]) => ({ className, probability }));
      predictions.sort((a, b) => b.probability - a.probability);
      const [best] = predictions;
      const own = track.probabilities.get(track.className) ?? 0;
      if (best && best.probability > own + hysteresis) track.className = best.className;
      return { ...face, id: track.id, className: track.className, predictions };
    });
  }

  /**
   * Where the faces of the last frame should be now: as they moved between the last two detections.
   *
   * @param time When the frame was taken, in ms.
   * @returns The faces to look at; undefined if they must be detected again: none is known, one moves fast, or time runs backwards.
   */
  predict(time: number): DetectedFace[] | undefined {
    const current = this.#tracks.filter((track) => track.time === this.#time);
    if (current.length === 0 || time < this.#time) return undefined;
    const faces: DetectedFace[] = [];
    for (const { seen, seenTime, speed } of current) {
      const { box, landmarks, score } = seen;
      if (!box) return undefined;
      const [dx, dy] = [speed[0] * (time - seenTime), speed[1] * (time - seenTime)];
      if (Math.hypot(dx, dy) > FAST * Math.max(box.width, box.height)) return undefined;
      faces.push({
        box: { ...box, x: box.x + dx, y: box.y + dy },
        landmarks: landmarks && moved(landmarks, dx, dy),
        score,
      });
    }
    return faces;
  }

  /** The track of each face, or undefined: the pair that overlaps most first. */
  #match(faces: readonly FrameFace[]): (Track | undefined)[] {
    const pairs = faces.flatMap(({ box }, i) =>
      this.#tracks.map((track) => ({ i, track, overlap: overlap(box, track.seen.box) })),
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

  #begin(face: FrameFace, time: number): Track {
    const className = face.predictions[0]?.className ?? '';
    const probabilities = toMap(face.predictions);
    const track: Track = {
      id: ++this.#lastId,
      time,
      seen: face,
      seenTime: time,
      speed: [0, 0],
      className,
      probabilities,
    };
    this.#tracks.push(track);
    return track;
  }

  #smooth(track: Track, { predictions }: FrameFace, time: number): void {
    const { smoothing } = this.#settings;
    const share = smoothing === 0 ? 1 : 1 - Math.exp((track.time - time) / smoothing);
    const fresh = toMap(predictions);
    for (const className of new Set([...track.probabilities.keys(), ...fresh.keys()])) {
      const before = track.probabilities.get(className) ?? 0;
      track.probabilities.set(className, before + share * ((fresh.get(className) ?? 0) - before));
    }
    track.time = time;
  }
}

/** Takes in where a face was detected, and how fast it moved there. */
function see(track: Track, face: FrameFace, time: number): void {
  const [before, duration] = [track.seen.box, time - track.seenTime];
  const { box } = face;
  if (before && box && duration > 0) {
    const move = (start: number, end: number) => (end - start) / duration;
    const across = move(before.x + before.width / 2, box.x + box.width / 2);
    track.speed = [across, move(before.y + before.height / 2, box.y + box.height / 2)];
  }
  Object.assign(track, { seen: face, seenTime: time });
}

function moved(landmarks: FaceLandmarks, dx: number, dy: number): FaceLandmarks {
  const by = (point: Point): Point => [point[0] + dx, point[1] + dy];
  return { leftEye: by(landmarks.leftEye), rightEye: by(landmarks.rightEye) };
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
