/** Shows what in a picture speaks for a class: `npm run explain -- face.jpg --out heat.png`. */
import { loadClassifier } from 'fer-cnn';
import { explain, type ExplainMethod } from 'fer-cnn/explain';
import { decodeImage } from 'fer-cnn/node';
import sharp from 'sharp';
import { BACKENDS, startBackend } from './support/backend';
import { cli } from './support/cli';
import { main } from './support/main';
import { MODEL_HELP, openModel } from './support/model';

interface Options {
  model: string;
  backend?: string;
  class?: string;
  method?: ExplainMethod;
  size: string;
  out: string;
}

const command = cli('explain', 'Lays a heat map over a picture: where in it the evidence for a class stands.')
  .argument('<picture>', 'a picture that shows one face and little else')
  .requiredOption('--out <file>', 'where to write the result, for instance heat.png')
  .option('--model <name or dir>', MODEL_HELP, 'default')
  .option('--backend <name>', `one of ${BACKENDS.join(', ')} (default: the first that is installed)`)
  .option('--class <name>', 'the class to look for (default: the most probable one)')
  .option('--method <name>', 'hiResCam, gradCam or occlusion (default: the first that works)')
  .option('--size <pixels>', 'width of the result', '256')
  .parse();
const options = command.opts<Options>();

await main(async () => {
  await startBackend(options.backend, BACKENDS);
  const { model, card } = await openModel(options.model);
  const classifier = await loadClassifier({ model, card });
  const picture = await decodeImage(command.args[0]!);
  const { className, method, map, overlay } = await explain(classifier, picture, {
    className: options.class,
    method: options.method,
  });
  const { data, width, height } = overlay;
  await sharp(data, { raw: { width, height, channels: 4 } })
    .resize({ width: Number(options.size) })
    .toFile(options.out);
  console.log(`${options.out}: ${className}, by ${method}`);
  map.dispose();
  classifier.dispose();
  model.dispose();
});
