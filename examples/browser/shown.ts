import type { ModelName } from 'fer-cnn';
import type { TrackedFace } from 'fer-cnn/faces';
import type { BackendName } from './backends';
import type { Source } from './engine';

/** What the page shows. Sent to the document as a `CustomEvent` named `shown`, so that a page around this one can do more with it. */
export interface Shown {
  readonly faces: readonly TrackedFace[];
  /** Position of the face whose bars are shown. */
  readonly index: number;
  readonly source: Source;
  readonly isLive: boolean;
  readonly isByHand: boolean;
  readonly isCorrected: boolean;
  readonly model: ModelName;
  readonly backend: BackendName;
}
