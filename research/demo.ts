/** Classifies the sample pictures with the bundled weights on the WASM backend: `npx tsx research/demo.ts`. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadClassifier } from 'fer-cnn';
import { startBackend } from '../src/cli/backend';
import { barTable } from '../src/cli/bars';
import { cli } from './support/cli';
import { demoSvg, type DemoResult } from './support/demo-svg';
import { main } from './support/main';

const PICTURES = fileURLToPath(new URL('../examples/pictures/', import.meta.url));

const options = cli(
  'research/demo.ts',
  'Classifies the sample pictures with the bundled weights. Needs no network and no data set.',
)
  .option('--svg <file>', 'also draw the results')
  .parse()
  .opts<{ svg?: string }>();

await main(async () => {
  await startBackend('wasm', ['wasm']);
  const classifier = await loadClassifier();
  const { name, parameters } = classifier.card;
  console.log(`weights: ${name}, ${parameters.toLocaleString('en-US')} parameters`);

  const results: DemoResult[] = [];
  for (const file of (await readdir(PICTURES)).filter((name) => name.endsWith('.png')).sort()) {
    const start = performance.now();
    const predictions = await classifier.classify(join(PICTURES, file));
    const milliseconds = performance.now() - start;
    console.log(`\n${file}, ${milliseconds.toFixed(0)} ms`);
    console.log(barTable(predictions));
    results.push({ path: join(PICTURES, file), predictions });
  }
  classifier.dispose();
  if (options.svg)
    await writeFile(options.svg, await demoSvg(`npx tsx research/demo.ts: the ${name} weights`, results));
  console.log('\nThe networks learned from photos: what they say about a drawing is for show.');
});
