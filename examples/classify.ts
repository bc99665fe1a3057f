/** Classifies picture files: `npm run classify -- face.jpg other.png`. */
import { FerError, loadClassifier, type Prediction } from 'fer-cnn';
import { decodeImage } from 'fer-cnn/node';
import { BACKENDS, startBackend } from './support/backend';
import { barTable } from './support/bars';
import { cli, wholeNumber } from './support/cli';
import { main } from './support/main';
import { MODEL_HELP, openModel } from './support/model';

interface Options {
  model: string;
  backend?: string;
  top?: number;
  json?: true;
}

const command = cli('classify', 'Classifies pictures that show one face and little else.')
  .argument('<picture...>', 'PNG, JPEG, WebP, GIF, AVIF, TIFF or SVG files of any size')
  .option('--model <name or dir>', MODEL_HELP, 'default')
  .option('--backend <name>', `one of ${BACKENDS.join(', ')} (default: the first that is installed)`)
  .option('--top <k>', 'only the k most probable classes', wholeNumber)
  .option('--json', 'print JSON instead of tables')
  .parse();
const options = command.opts<Options>();

await main(async () => {
  await startBackend(options.backend, BACKENDS);
  const { model, card } = await openModel(options.model);
  const classifier = await loadClassifier({ model, card });
  const results: { file: string; predictions: Prediction[] }[] = [];
  for (const file of command.args) {
    try {
      const predictions = await classifier.classify(await decodeImage(file), { topk: options.top });
      results.push({ file, predictions });
      if (!options.json) console.log(`${file}\n${barTable(predictions)}\n`);
    } catch (error) {
      if (!(error instanceof FerError)) throw error;
      console.error(error.message); // and go on with the next picture
      process.exitCode = 1;
    }
  }
  if (options.json) console.log(JSON.stringify(results, null, 2));
  model.dispose();
});
