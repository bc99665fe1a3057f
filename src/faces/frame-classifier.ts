import type { Prediction } from '../classify/predictions';
import type { ImageSource } from '../image/read';
import type { FaceBaseline } from './baseline';
import type { ClassifiedFace, ClassifyFacesOptions } from './face-classifier';
import type { FrameFace } from './tracks';

/**
 * What a tracker asks about each frame: a `FaceClassifier`, or a `Classifier`, for which the whole frame is one face.
 */
export interface FrameClassifier {
  /** The classes of the frame, or its faces with theirs; `options.faces` tells where these are, if that is known. */
  classify(frame: ImageSource, options?: ClassifyFacesOptions): Promise<Prediction[] | ClassifiedFace[]>;
  /** The resting face by which its results are corrected already, if they are. */
  readonly baseline?: FaceBaseline | undefined;
}

/** The faces in what a {@link FrameClassifier} gives. */
export function toFaces(results: readonly (Prediction | ClassifiedFace)[]): readonly FrameFace[] {
  if (results.length > 0 && 'className' in results[0]!) return [{ predictions: results as Prediction[] }];
  return results as ClassifiedFace[];
}
