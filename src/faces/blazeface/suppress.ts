import type { Point } from '../../image/region';
import type { Candidate } from './decode';

/** From which overlap (intersection over union) on two candidates are one face, as in MediaPipe. */
const SAME_FACE = 0.3;

/** Which share of the smaller of two boxes must lie in the larger for both to be one face, if they come from different looks. */
const COVERED = 0.6;

/**
 * Weighted non-maximum suppression: candidates that overlap the surest of them become one, whose box and points are means weighted by
 * the scores, and whose score is the highest.
 */
export function blend(candidates: readonly Candidate[]): Candidate[] {
  const faces: Candidate[] = [];
  let rest = [...candidates].sort((a, b) => b.score - a.score);
  while (rest.length > 0) {
    const surest = rest[0]!;
    const same = rest.filter(
      (other) => other === surest || intersection(surest, other) > SAME_FACE * union(surest, other),
    );
    rest = rest.filter((other) => !same.includes(other));
    faces.push({ ...mean(same), score: surest.score });
  }
  return faces;
}

/** The faces of several looks at one photo, each once: of those that overlap, the surest. */
export function unique(faces: readonly Candidate[], known: readonly Candidate[] = []): Candidate[] {
  const kept: Candidate[] = [];
  for (const face of [...faces].sort((a, b) => b.score - a.score)) {
    const isKnown = [...known, ...kept].some((other) => {
      const shared = intersection(face, other);
      return shared > SAME_FACE * union(face, other) || shared > COVERED * Math.min(area(face), area(other));
    });
    if (!isKnown) kept.push(face);
  }
  return kept;
}

/** What a second look at a candidate says of it: the face at its place, if it is sure enough. */
export function confirmed(faces: readonly Candidate[], candidate: Candidate, minScore: number): Candidate[] {
  return faces
    .filter((face) => face.score >= minScore && intersection(face, candidate) > SAME_FACE * union(face, candidate))
    .slice(0, 1);
}

function mean(candidates: readonly Candidate[]): Omit<Candidate, 'score'> {
  const total = candidates.reduce((sum, { score }) => sum + score, 0);
  const of = (value: (candidate: Candidate) => number) =>
    candidates.reduce((sum, candidate) => sum + candidate.score * value(candidate), 0) / total;
  return {
    left: of(({ left }) => left),
    top: of(({ top }) => top),
    right: of(({ right }) => right),
    bottom: of(({ bottom }) => bottom),
    points: candidates[0]!.points.map((_, i): Point => [
      of(({ points }) => points[i]![0]),
      of(({ points }) => points[i]![1]),
    ]),
  };
}

type Rectangle = Pick<Candidate, 'left' | 'top' | 'right' | 'bottom'>;

function area({ left, top, right, bottom }: Rectangle): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

function intersection(a: Rectangle, b: Rectangle): number {
  return area({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
}

function union(a: Rectangle, b: Rectangle): number {
  return area(a) + area(b) - intersection(a, b);
}
