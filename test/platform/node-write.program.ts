// Writes three files of a folder again and again, and looks each time whether all are of one writer: node --import tsx … FOLDER TEXT ROUNDS
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../../src/platform/node-lock';
import { writeFiles } from '../../src/platform/node-write';

const [folder = '', text = '', rounds] = process.argv.slice(2);
const files = ['a', 'b', 'c'].map((name) => join(folder, name));
for (let i = 0; i < Number(rounds); i++) {
  await writeFiles(Object.fromEntries(files.map((file) => [file, `${text} ${i}`])));
  const unlock = await lockFolder(folder);
  const found = new Set(files.map((file) => readFileSync(file, 'utf8')));
  unlock();
  if (found.size > 1) throw new Error(`mixed: ${[...found].join(', ')}`);
}
