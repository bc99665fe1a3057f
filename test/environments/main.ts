// Installs the packed package and the tools of all environments in a temporary directory, and tries each environment.
// Usage: tsx test/environments/main.ts [--write] [NAME…]: --write puts the table into docs/environments.md; names choose environments,
// the rows of the others stay as they are.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { launchChromium } from '../support/browser';
import { type App, createApp, ROOT } from './app';
import { bundledEnvironments } from './bundled';
import { onDemandEnvironments } from './on-demand';
import { type Environment, faults } from './report';

const DOCUMENT = join(ROOT, 'docs/environments.md');
const TABLE = /(?<=<!-- table:start -->\n)[^]*(?=<!-- table:end -->)/;

async function version(app: App, tool: string): Promise<string> {
  if (tool === 'node') return process.version.slice(1);
  if (tool === 'chromium') return browser.version();
  const read = (directory: string) => readFile(join(directory, 'node_modules', tool, 'package.json'), 'utf8');
  return JSON.parse(await read(app.directory).catch(() => read(ROOT))).version;
}

/** What came of it, in a few words. */
async function attempt(app: App, environment: Environment): Promise<string> {
  try {
    const outcomes = Object.entries(await environment.run(app));
    const wrong = outcomes.flatMap(([place, outcome]) => faults(app, outcome).map((fault) => `${place}: ${fault}`));
    return wrong.length === 0 ? 'works' : wrong.join('; ');
  } catch (error) {
    console.error(error);
    return `fails: ${(error as Error).message.split('\n')[0]}`;
  }
}

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith('--'));
const browser = await launchChromium();
const all = [...bundledEnvironments(() => browser), ...onDemandEnvironments(() => browser)];
const chosen = all.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
const directory = await mkdtemp(join(tmpdir(), 'fer-cnn-environments-'));
const rows: string[] = [];
try {
  const tfjs = ['tfjs-core', 'tfjs-layers', 'tfjs-data', 'tfjs-backend-cpu'].map((name) => `@tensorflow/${name}@4.22`);
  const app = await createApp(directory, [...tfjs, ...chosen.flatMap(({ packages }) => packages ?? [])]);
  for (const environment of chosen) {
    const result = await attempt(app, environment);
    rows.push(`| ${environment.name} | ${await version(app, environment.tool)} | ${environment.how} | ${result} |`);
    console.log(rows.at(-1));
    if (result !== 'works') process.exitCode = 1;
  }
} finally {
  await browser.close();
  await rm(directory, { recursive: true });
}
if (words.includes('--write')) {
  const document = await readFile(DOCUMENT, 'utf8');
  const rowOf = ({ name }: Environment) =>
    rows.find((row) => row.startsWith(`| ${name} |`)) ??
    document.split('\n').find((line) => line.startsWith(`| ${name} `) && line.endsWith('|')); // as it was
  const lines = ['| environment | version | how | result |', '| --- | --- | --- | --- |', ...all.map(rowOf)];
  const table = await format(lines.filter(Boolean).join('\n'), { parser: 'markdown' });
  await writeFile(DOCUMENT, document.replace(TABLE, `\n${table}\n`));
}
