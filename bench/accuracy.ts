/**
 * Scores the rivals' networks on a split of FER2013, picture by picture, as `npx fer-cnn evaluate` scores ours:
 * `npx tsx bench/accuracy.ts --data fer2013.csv.gz`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { createReport, evaluate, type Dataset, SPLITS, type Split, loadFer2013, loadModel } from 'fer-cnn';
import { startBackend } from '../src/cli/backend';
import { cli } from '../research/support/cli';
import { main } from '../research/support/main';
import { installRivals, rivalTitle, type RivalName } from './support/rivals';

const RIVALS: readonly RivalName[] = ['human', 'face-api'];

const options = cli('bench/accuracy.ts', "Scores the rivals' networks and the default weights on a split of FER2013.")
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .addOption(new Option('--split <name>', 'the images to score').choices(SPLITS).default('PublicTest'))
  .parse()
  .opts<{ data: string; split: Split }>();

await main(async () => {
  const home = installRivals((text) => console.error(text));
  if (home === undefined) throw new Error('The rivals could not be installed: is there a network?');
  const dataset = await loadFer2013(options.data, { split: options.split });
  const rows = await scoreRivals(home, dataset);
  await startBackend('wasm', ['wasm']);
  const { model, card } = await loadModel();
  rows.push({
    title: `fer-cnn, ${card.name}`,
    report: await evaluate(model, dataset, { preprocessing: card.preprocessing }),
  });
  console.log(`| On ${options.split}, single view, WASM | images | accuracy | macro F1 |\n| --- | --: | --: | --: |`);
  for (const { title, report } of rows) {
    console.log(
      `| ${title} | ${report.size} | ${(100 * report.accuracy).toFixed(2)} % | ${report.macroF1.toFixed(3)} |`,
    );
  }
});

async function scoreRivals(home: string, { images, labels }: Dataset) {
  const program = fileURLToPath(new URL('rivals/score.cjs', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-accuracy-'));
  try {
    const pixels = join(folder, 'pixels.bin');
    await writeFile(pixels, images);
    return RIVALS.map((name) => {
      const printed = execFileSync(process.execPath, [program, name, home, pixels], { cwd: home, maxBuffer: 1 << 28 });
      const probabilities = (JSON.parse(String(printed)) as number[][]).flat();
      return { title: rivalTitle(name, home), report: createReport({ probabilities, labels }) };
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
