import { Option, type Command } from 'commander';
import { loadClassifier } from 'fer-cnn';
import { explain, type ExplainOptions } from 'fer-cnn/explain';
import { startBackend } from './backend';
import { backendOption, command, count, MODEL_HELP } from './options';
import { print } from './run';
import { checkOut, importSharp, writeImage } from './sharp';

interface Options {
  model: string;
  backend?: string;
  class?: string;
  method?: NonNullable<ExplainOptions['method']>;
  size: number;
  out: string;
  json?: true;
}

/** `fer-cnn explain`: a heat map over a face. */
export function explainCommand(): Command {
  return command('explain', 'Draws a heat map over a face: the parts that are evidence for a class.', [
    'face.jpg --out heat.png',
    'face.jpg --class sad --method occlusion --out sad.png',
  ])
    .argument('<image>', 'an image that is cropped to one face')
    .requiredOption('--out <file>', 'the image to write, for instance heat.png')
    .option('--model <name or dir>', MODEL_HELP, 'compact')
    .addOption(backendOption())
    .option('--class <name>', 'the class to explain (default: the most probable one)')
    .addOption(
      new Option('--method <name>', 'explanation method (default: the first that works)').choices([
        'hiResCam',
        'gradCam',
        'occlusion',
      ]),
    )
    .option('--size <pixels>', 'width of the result', count, 256)
    .option('--json', 'print JSON')
    .action(explainImage);
}

async function explainImage(file: string, options: Options): Promise<void> {
  const { model, backend, class: wanted, size, out, json } = options;
  checkOut('--out', out, file);
  await startBackend(backend);
  const sharp = await importSharp();
  const classifier = await loadClassifier(model);
  try {
    const explanation = await explain(classifier, file, { className: wanted, method: options.method });
    const { className, method, map, overlay } = explanation;
    map.dispose();
    const { data, width, height } = overlay;
    const drawn = sharp(data as Uint8ClampedArray, { raw: { width, height, channels: 4 } });
    await writeImage(out, drawn.resize({ width: size }));
    print(json ? JSON.stringify({ file, out, className, method }) : `${out}: ${className}, by ${method}`);
  } finally {
    classifier.dispose();
  }
}
