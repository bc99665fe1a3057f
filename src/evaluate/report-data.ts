import type { ReliabilityBin } from '../metrics/calibration';
import type { ClassScores } from '../metrics/class-scores';
import type { CoveragePoint } from '../metrics/coverage';
import type { EvaluationScores } from './scores';

/**
 * Scores of one class.
 *
 * @example
 * ```ts
 * const { perClass } = await evaluate(model, dataset);
 * for (const { className, f1 } of perClass satisfies NamedClassScores[]) console.log(className, f1);
 * ```
 */
export interface NamedClassScores extends ClassScores {
  /** Name of the class. */
  className: string;
}

/**
 * The scores over the pictures that do not stand in the training set.
 *
 * @example
 * ```ts
 * const report = await evaluate(model, validation, { trainingSet: training });
 * const { accuracy, removed } = report.withoutTrainingDuplicates as DeduplicatedScores;
 * ```
 */
export interface DeduplicatedScores extends EvaluationScores {
  /** Number of pictures left out because they stand in the training set. */
  removed: number;
}

/**
 * What a report holds: plain numbers, strings and arrays.
 *
 * @example
 * ```ts
 * const data: ReportData = (await evaluate(model, dataset)).toJSON();
 * await writeFile('report.json', JSON.stringify(data));
 * ```
 */
export interface ReportData extends EvaluationScores {
  /** Names of the classes, `[numClasses]`. */
  classNames: string[];
  /** Precision, recall, F1 and support of each class, `[numClasses]`. */
  perClass: NamedClassScores[];
  /** Counts, `[numClasses][numClasses]`; rows = true classes, columns = predicted classes. */
  confusionMatrix: number[][];
  /** Confidence against accuracy in 15 bins of equal width. */
  reliability: ReliabilityBin[];
  /** Accuracy against coverage: what leaving out the pictures of which the model is unsure gains. */
  coverage: CoveragePoint[];
  /** The scores without pictures of the training set, if that was given; NaN if no picture is left. */
  withoutTrainingDuplicates?: DeduplicatedScores;
}
