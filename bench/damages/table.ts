import { DAMAGES } from './damages';

/** Accuracies of a network, 0..1, by condition: `'clean'`, `'noise, middle'`. */
export interface Accuracies {
  title: string;
  scores: Readonly<Record<string, number>>;
}

/** Names of the strengths of each damage. */
export const STRENGTHS = ['weak', 'middle', 'strong'] as const;

/** One of {@link STRENGTHS}. */
export type Strength = (typeof STRENGTHS)[number];

const percent = (share: number) => (Number.isFinite(share) ? (100 * share).toFixed(1) : '–');
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean accuracy over all damages, at one strength or at all; NaN where some are not known. */
export function meanAccuracy({ scores }: Accuracies, strengths: readonly Strength[] = STRENGTHS): number {
  return mean(DAMAGES.flatMap(({ name }) => strengths.map((strength) => scores[`${name}, ${strength}`] ?? NaN)));
}

/** The accuracies as a table in Markdown, a row for each damage that some network was scored on; in a cell the strengths that are known, the weakest first. */
export function robustnessTable(results: readonly Accuracies[]): string {
  const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
  const all = (name: string, { scores }: Accuracies) =>
    STRENGTHS.map((strength) => scores[`${name}, ${strength}`] ?? NaN)
      .filter(Number.isFinite)
      .map(percent)
      .join(' / ');
  return [
    row('%', 'strengths', ...results.map(({ title }) => title)),
    row('---', '---', ...results.map(() => '--:')),
    row('clean', '', ...results.map(({ scores }) => percent(scores['clean'] ?? NaN))),
    ...DAMAGES.filter(({ name }) => results.some((result) => all(name, result) !== '')).map(
      ({ name, strengths, label }) =>
        row(name, strengths.map(label).join(', '), ...results.map((result) => all(name, result))),
    ),
    row('mCA, middle strength', '', ...results.map((result) => percent(meanAccuracy(result, ['middle'])))),
    row('mCA, all strengths', '', ...results.map((result) => percent(meanAccuracy(result)))),
  ].join('\n');
}
