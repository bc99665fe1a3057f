// Builds the projects of docs/frameworks.md with the packed package, opens them in Chromium, and compares the faces that they find.
// Usage: tsx test/projects/main.ts [--write] [--keep] [NAME…]: --write puts the table into the guide, where the rows of other projects
// stay as they are; --keep keeps the folders.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format } from 'prettier';
import { ROOT } from '../environments/app';
import { launchChromium } from '../support/browser';
import { readProjects } from './documented';
import { difference, expectedFaces } from './faces';
import { install, pack } from './install';
import { OPENERS } from './open';

const GUIDE = join(ROOT, 'docs/frameworks.md');
const TABLE = /(?<=<!-- table:start -->\n)[^]*(?=<!-- table:end -->)/;

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith('--'));
const all = readProjects();
const chosen = all.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
const expected = await expectedFaces();
const browser = await launchChromium();
const tarball = await pack();
const rows: string[] = [];

for (const project of chosen) {
  const { open, tools } = OPENERS[project.name]!;
  let [how, result, versions] = ['', 'works', `Node ${process.version.slice(1)}`];
  try {
    const folder = await install(project, tarball);
    versions = (await Promise.all(tools.map((tool) => versionOf(folder, tool)))).join(', ') || versions;
    const answers = Object.entries(await open(folder, browser));
    how = answers.map(([place]) => place).join('; ');
    const faults = answers.flatMap(([place, found]) => {
      const fault = difference(expected, found);
      return fault === undefined ? [] : [`${place}: ${fault}`];
    });
    if (faults.length > 0) result = faults.join('; ');
    if (!words.includes('--keep')) await rm(folder, { recursive: true });
    else console.log(folder);
  } catch (error) {
    console.error(error);
    result = `fails: ${(error as Error).message.split('\n')[0]}`;
  }
  rows.push(`| ${project.name} | ${versions} | ${how} | ${result} |`);
  console.log(rows.at(-1));
  if (result !== 'works') process.exitCode = 1;
}
await browser.close();
await rm(dirname(tarball), { recursive: true });

if (words.includes('--write')) {
  const guide = await readFile(GUIDE, 'utf8');
  const rowOf = ({ name }: { name: string }) =>
    rows.find((row) => row.startsWith(`| ${name} |`)) ??
    guide.split('\n').find((line) => line.startsWith(`| ${name} `) && line.endsWith('|')); // as it was
  const lines = ['| project | versions | opened | result |', '| --- | --- | --- | --- |', ...all.map(rowOf)];
  const table = await format(lines.filter(Boolean).join('\n'), { parser: 'markdown' });
  await writeFile(GUIDE, guide.replace(TABLE, `\n${table}\n`));
}

async function versionOf(folder: string, tool: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(folder, 'node_modules', tool, 'package.json'), 'utf8'));
  return `${tool} ${version}`;
}
