import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHARED = fileURLToPath(new URL('../../../shared/data/fer2013/', import.meta.url));
const fer2013 = process.env.FER2013_CSV ?? join(SHARED, 'fer2013.csv.gz');
const ferPlus = join(dirname(fer2013), 'fer2013new.csv');

/**
 * Path of the real FER2013 (`$FER2013_CSV`, else beside the repository), or undefined where it is absent: tests that
 * need it are then skipped.
 */
export const FER2013_PATH: string | undefined = existsSync(fer2013) ? fer2013 : undefined;

/** Path of the real FER+ votes (in the same folder), or undefined where they are absent. */
export const FERPLUS_PATH: string | undefined = existsSync(ferPlus) ? ferPlus : undefined;
