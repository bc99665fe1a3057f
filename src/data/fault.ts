import { DatasetError, type DatasetErrorParts } from '../errors';

/** The parts of an error in a data file, without the name of the file. */
export type Fault = Omit<DatasetErrorParts, 'where' | 'file'>;

/** Creates the error from its parts. */
export type FaultReporter = (parts: Fault) => DatasetError;

/**
 * Creates a function for errors that name the loader, the file and the position in it.
 *
 * @param loader The name of the loading function.
 * @param file The name of the file, if known.
 * @returns A function that creates the error.
 */
export function faultsIn(loader: string, file: string | undefined): FaultReporter {
  return (parts) => {
    const row = parts.row === undefined ? undefined : `row ${parts.row}`;
    const column = parts.column === undefined ? undefined : `column ${parts.column}`;
    const place = [file, row, column].filter((part) => part !== undefined).join(', ');
    const where = place === '' ? loader : `${loader}: ${place}`;
    return new DatasetError({ ...parts, where, ...(file !== undefined && { file }) });
  };
}
