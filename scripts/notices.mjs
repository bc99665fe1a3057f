// Writes dist/cli/THIRD-PARTY.txt: the licenses of the packages that are bundled into the program, as its source maps name them.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDERS = ['dist', 'dist/cli', 'dist/node'];
const names = new Set();
for (const folder of FOLDERS) {
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.js.map'))) {
    const { sources } = JSON.parse(await readFile(join(folder, file), 'utf8'));
    for (const source of sources) {
      const [, name] = source.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//) ?? [];
      if (name) names.add(name);
    }
  }
}
const notices = [];
for (const name of [...names].sort()) {
  const folder = join('node_modules', name);
  const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
  if (!file || !/^(MIT|ISC|BSD-[23]-Clause|Apache-2.0)$/.test(license))
    throw new Error(`${name}: license ${license}, file ${file}`);
  notices.push(`${name} ${version} (${license})\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`);
}
const head = 'The command-line program fer-cnn contains the following packages. The library itself contains none.\n';
await writeFile('dist/cli/THIRD-PARTY.txt', [head, ...notices].join(`\n${'-'.repeat(80)}\n\n`));
