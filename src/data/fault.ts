import type { DatasetErrorParts } from '../errors';
import { DatasetError } from '../errors';

/** What is wrong in a data file, and where; the name of the file is known from elsewhere. */
export type Fault = Omit<DatasetErrorParts, 'where' | 'file'>;

/** Makes the error for a fault. */
export type FaultReporter = (fault: Fault) => DatasetError;

/**
 * A maker of errors that name the loader, the file and the place in it.
 *
 * @param loader Name of the function that reads.
 * @param file Name of the file, if known.
 * @returns A function from a fault to the error to throw.
 * @example
 * ```ts
 * throw faultsIn('loadFer2013', 'fer2013.csv')({ row: 7, column: 'emotion', expected: 'a label', received: '"9"' });
 * ```
 */
export function faultsIn(loader: string, file: string | undefined): FaultReporter {
  return (fault) => {
    const row = fault.row === undefined ? undefined : `row ${fault.row}`;
    const column = fault.column === undefined ? undefined : `column ${fault.column}`;
    const place = [file, row, column].filter((part) => part !== undefined).join(', ');
    const where = place === '' ? loader : `${loader}: ${place}`;
    return new DatasetError({ ...fault, where, ...(file !== undefined && { file }) });
  };
}
