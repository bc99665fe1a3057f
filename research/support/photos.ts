import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is measured on, for cards and guides. */
export const LONDON_SET =
  'Face Research Lab London Set (DeBruine and Jones 2017, doi:10.6084/m9.figshare.5047666.v5, CC BY 4.0)';

/** A person of the London set, in two photos. */
export interface Person {
  id: string;
  age: number;
  /** As the person gave it. */
  gender: string;
  /** As the person gave it: `'white'`, `'east_asian/white'`. */
  ethnicity: string;
  /** Path of the neutral photo. */
  neutral: string;
  /** Path of the photo with a smile. */
  smile: string;
}

/**
 * Lists the persons of a folder with photos of the London set.
 *
 * @param folder The photos and `photos.csv` with the columns file, person, expression, age, gender and ethnicity.
 * @throws An error if there is no such file, or a photo of a person is missing.
 */
export function readPersons(folder: string): Person[] {
  const list = join(folder, 'photos.csv');
  if (!existsSync(list)) throw new Error(`--photos ${folder}: expected a folder with photos.csv, received none.`);
  const [head, ...rows] = readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
  const photos = rows.map((row) => Object.fromEntries(head!.map((name, i) => [name, row[i]!])));
  const ids = [...new Set(photos.map((photo) => photo['person']!))];
  return ids.map((id) => {
    const [neutral, smile] = ['neutral', 'happy'].map((expression) =>
      photos.find((photo) => photo['person'] === id && photo['expression'] === expression),
    );
    if (!neutral || !smile) throw new Error(`${list}: expected a neutral photo and a smile of person ${id}.`);
    const { age, gender, ethnicity } = neutral as Record<'age' | 'gender' | 'ethnicity', string>;
    const path = (photo: Record<string, string>) => join(folder, photo['file']!);
    return { id, age: Number(age), gender, ethnicity, neutral: path(neutral), smile: path(smile) };
  });
}
