/** Measures this package beside its rivals: `npm run bench`, `npm run bench -- --only train --quick`. See docs/performance.md. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { keepLargeBuffers } from '../src/cli/backend';
import { wholeNumber } from '../src/cli/options';
import { cli } from '../research/support/cli';
import { main } from '../research/support/main';
import { classifying } from './benches/classify';
import { faces } from './benches/faces';
import { damage } from './benches/damage';
import { load } from './benches/load';
import { memory } from './benches/memory';
import { page } from './benches/page';
import { pipeline } from './benches/pipeline';
import { predict } from './benches/predict';
import { product } from './benches/product';
import { scale } from './benches/scale';
import { size } from './benches/size';
import { start } from './benches/start';
import { teaching } from './benches/teach';
import { training } from './benches/train';
import { webcam } from './benches/webcam';
import { workers } from './benches/workers';
import { describeMachine } from './support/machine';
import { toMarkdown, type Bench, type Section } from './support/section';

/** The quick ones first. */
const BENCHES: readonly Bench[] = [
  ...[
    product,
    classifying,
    faces,
    webcam,
    predict,
    size,
    load,
    start,
    page,
    memory,
    pipeline,
    teaching,
    damage,
    training,
    workers,
    scale,
  ],
];
const NAMES = BENCHES.map(({ name }) => name);
const MARKERS = /(<!-- bench:start -->)[^]*?(<!-- bench:end -->)/;

interface Options {
  only?: string[];
  rounds: number;
  steps: number;
  quick?: true;
  data?: string;
  backgrounds?: string;
  out?: string;
  docs?: true;
}

const options = cli('bench/run.ts', 'Measures this package beside its rivals, in alternation.')
  .option('--only <names...>', `some of ${NAMES.join(', ')}`)
  .option('--rounds <n>', 'measured rounds', wholeNumber, 7)
  .option('--steps <n>', 'training steps over which tensor memory may not grow', wholeNumber, 200)
  .option('--quick', 'smaller batches, fewer rounds')
  .option('--data <file>', 'the real fer2013.csv or fer2013.csv.gz (default: $FER2013_CSV, or made-up pictures)')
  .option(
    '--backgrounds <dir>',
    'wallpapers without a face, for the scenes of faces (bench/support/scenes.ts names them)',
  )
  .option('--out <dir>', 'writes bench.md and bench.json there')
  .option('--docs', 'writes the tables into docs/performance.md')
  .parse()
  .opts<Options>();

await keepLargeBuffers();
await main(async () => {
  const unknown = options.only?.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: expected some of ${NAMES.join(', ')}`);
  const wanted = BENCHES.filter(({ name }) => !options.only || options.only.includes(name));
  const machine = describeMachine();
  const results: (Section & { bench: string })[] = [];
  const context = {
    rounds: options.quick ? Math.min(options.rounds, 3) : options.rounds,
    quick: options.quick ?? false,
    steps: options.steps,
    backgrounds: options.backgrounds,
    data: options.data ?? process.env['FER2013_CSV'],
    say: (text: string) => console.error(text),
  };
  for (const { name, run } of wanted) {
    for await (const section of run(context)) {
      results.push({ bench: name, ...section });
      console.log(`\n${toMarkdown(section)}`);
      await write(machine, results); // at once, so that a run that is cut short is not lost
    }
  }
  process.exit(); // what the backends started would keep the process alive
});

async function write(machine: Record<string, string>, results: readonly Section[]): Promise<void> {
  if (!options.out && !options.docs) return;
  const parts = [`Command: \`${command()}\``, header(machine), ...results.map(toMarkdown)];
  const report = await prettify(parts.join('\n\n'));
  if (options.out) {
    await mkdir(options.out, { recursive: true });
    await writeFile(join(options.out, 'bench.md'), report);
    await writeFile(join(options.out, 'bench.json'), JSON.stringify({ machine, command: command(), results }, null, 2));
  }
  if (options.docs) await writeIntoDocs(report);
}

function header(machine: Record<string, string>): string {
  return Object.entries(machine)
    .map(([key, value]) => `- ${key}: ${value}`)
    .join('\n');
}

function command(): string {
  const given = [
    options.only && `--only ${options.only.join(' ')}`,
    options.quick && '--quick',
    `--rounds ${options.rounds}`,
    options.steps !== 200 && `--steps ${options.steps}`,
  ];
  return `npm run bench -- ${given.filter(Boolean).join(' ')}`;
}

async function prettify(markdown: string): Promise<string> {
  return format(markdown, { ...(await resolveConfig('docs/performance.md')), parser: 'markdown' });
}

async function writeIntoDocs(report: string): Promise<void> {
  const file = 'docs/performance.md';
  const text = await readFile(file, 'utf8');
  if (!MARKERS.test(text)) throw new Error(`${file} has no <!-- bench:start --> and <!-- bench:end -->`);
  await writeFile(
    file,
    text.replace(MARKERS, (_, start: string, end: string) => `${start}\n\n${report.trim()}\n\n${end}`),
  );
}
