import { decimals, intervalText, percent } from './format';
import type { ReportData } from './report-data';
import type { EvaluationScores } from './scores';

const SCORES: readonly (readonly [name: string, show: (scores: EvaluationScores) => string])[] = [
  ['Images', ({ size }) => String(size)],
  ['Accuracy', ({ accuracy }) => percent(accuracy)],
  ['Accuracy interval', ({ accuracyInterval }) => intervalText(accuracyInterval)],
  ['Top-2 accuracy', ({ top2Accuracy }) => percent(top2Accuracy)],
  ['Balanced accuracy', ({ balancedAccuracy }) => percent(balancedAccuracy)],
  ['Macro F1', ({ macroF1 }) => decimals(macroF1)],
  ['Weighted F1', ({ weightedF1 }) => decimals(weightedF1)],
  ['Cohen’s kappa', ({ cohensKappa }) => decimals(cohensKappa)],
  ['Log loss', ({ logLoss }) => decimals(logLoss)],
  ['Brier score', ({ brierScore }) => decimals(brierScore)],
  ['Expected calibration error', ({ expectedCalibrationError }) => decimals(expectedCalibrationError)],
];

/**
 * Formats a report as four tables in GitHub's Markdown: scores, classes, confusion matrix, accuracy against coverage.
 *
 * @returns Markdown with headings of level 3 and a final line break.
 */
export function reportMarkdown(report: ReportData): string {
  const { perClass, confusionMatrix, classNames, coverage, withoutTrainingDuplicates } = report;
  const rest = withoutTrainingDuplicates?.removed ? withoutTrainingDuplicates : undefined;
  const scores = SCORES.map(([name, show]) => [name, show(report), ...(rest ? [show(rest)] : [])]);
  const classes = perClass.map(({ className, precision, recall, f1, support }) => [
    className,
    percent(precision),
    percent(recall),
    decimals(f1),
    String(support),
  ]);
  const counts = confusionMatrix.map((row, i) => [classNames[i]!, ...row.map(String)]);
  return [
    '### Scores',
    table(['Score', 'All images', ...(rest ? [`Without the ${rest.removed} also in training`] : [])], scores),
    ...(withoutTrainingDuplicates && !rest ? ['No image is also in the training set.'] : []),
    '### Classes',
    table(['Class', 'Precision', 'Recall', 'F1', 'Support'], classes),
    '### Confusion matrix',
    'Rows are the true classes, columns the predicted ones.',
    table(['True class', ...classNames], counts),
    '### Coverage',
    'Accuracy on the images whose top class has at least this probability.',
    table(
      ['Minimum probability', 'Coverage', 'Accuracy'],
      coverage.map((point) => [point.minProbability.toFixed(1), percent(point.coverage), percent(point.accuracy)]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
