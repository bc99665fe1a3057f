import type { ReliabilityBin } from '../metrics/calibration';
import type { ClassScores } from '../metrics/class-scores';
import type { CoveragePoint } from '../metrics/coverage';
import type { EvaluationScores } from './scores';

/** The scores of one class. */
export interface NamedClassScores extends ClassScores {
  /** The name of the class. */
  className: string;
}

/** The scores on images that are not in the training set. */
export interface DeduplicatedScores extends EvaluationScores {
  /** The number of images that were excluded because they are in the training set. */
  removed: number;
}

/** The plain data of a report. */
export interface ReportData extends EvaluationScores {
  /** The class names, `[numClasses]`. */
  classNames: string[];
  /** Precision, recall, F1 and support of each class, `[numClasses]`. */
  perClass: NamedClassScores[];
  /** Counts, `[numClasses][numClasses]`; rows are true classes, columns are predicted classes. */
  confusionMatrix: number[][];
  /** The reliability diagram: confidence against accuracy in 15 bins of equal width. */
  reliability: ReliabilityBin[];
  /** Accuracy against coverage: the accuracy when uncertain images are not classified. */
  coverage: CoveragePoint[];
  /** The scores without images of the training set, if that was passed; NaN if no image is left. */
  withoutTrainingDuplicates?: DeduplicatedScores;
}
