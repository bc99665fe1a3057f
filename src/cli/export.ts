import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { loadModel, saveModel } from 'fer-cnn';
import { exportKeras, exportOnnx, type OnnxOptions } from 'fer-cnn/interchange';
import { writeFiles } from '../platform/node-write';
import { startBackend } from './backend';
import { backendOption, command, MODEL_HELP } from './options';
import { print, UsageError } from './run';

interface Options {
  out: string;
  dtype?: 'float32' | 'float16' | 'uint8' | 'mixed';
  input?: OnnxOptions['input'];
  opset?: number;
  backend?: string;
  json?: true;
}

/** `fer-cnn export`: a model as files, for pages and other programs. */
export function exportCommand(): Command {
  return command('export', 'Writes a model as files: model.json with weights, ONNX or Keras.', [
    'compact --out public/model            # model.json, weights.bin, card.json: to be served to a page',
    'compact --out compact.onnx --input uint8',
    'runs/mine --out mine.keras            # needs h5wasm and fflate',
  ])
    .argument('<model>', MODEL_HELP)
    .requiredOption('--out <path>', 'a file that ends in .onnx or .keras, or a directory')
    .addOption(
      new Option('--dtype <type>', 'how a directory stores the weights (default: mixed)').choices([
        'float32',
        'float16',
        'uint8',
        'mixed',
      ]),
    )
    .addOption(
      new Option('--input <kind>', 'what the ONNX graph takes (default: preprocessed)').choices([
        'preprocessed',
        'float32',
        'uint8',
      ]),
    )
    .option('--opset <n>', 'version of the ONNX operators, 13 to 21 (default: 17)', opset)
    .addOption(backendOption())
    .option('--json', 'print the names of the files as JSON')
    .action(exportModel);
}

async function exportModel(source: string, options: Options): Promise<void> {
  const { out, dtype = 'mixed', input, opset, backend, json } = options;
  const format = formatOf(out);
  for (const name of ['dtype', 'input', 'opset'] as const) {
    const needed = name === 'dtype' ? 'directory' : 'onnx';
    if (options[name] === undefined || format === needed) continue;
    const form = name === 'dtype' ? 'a directory' : 'a file that ends in .onnx';
    throw new UsageError(`--${name}: expected ${form} as --out, received ${out}.`);
  }
  await startBackend(backend);
  const { model, card } = await loadModel(source);
  let files = [out];
  try {
    if (format === 'onnx') await writeFiles({ [out]: await exportOnnx(model, { card, input, opset }) });
    else if (format === 'keras') await writeFiles({ [out]: await exportKeras(model) });
    else {
      await saveModel(out, model, { card, dtype });
      files = ['model.json', 'weights.bin', 'card.json'].map((name) => join(out, name));
    }
  } finally {
    model.dispose();
  }
  print(json ? JSON.stringify({ files }) : files.join('\n'));
}

/** The form that a path asks for. Other formats of models are refused, not taken as the name of a directory. */
function formatOf(out: string): 'onnx' | 'keras' | 'directory' {
  const [ending] = /\.(onnx|keras|h5|hdf5|json|pb|tflite)$/i.exec(out.toLowerCase()) ?? [];
  if (ending === undefined) return 'directory';
  if (ending === '.onnx' || ending === '.keras') return ending === '.onnx' ? 'onnx' : 'keras';
  throw new UsageError(
    `--out ${out}: expected a file that ends in .onnx or .keras, or a directory, received ${ending}.`,
  );
}

function opset(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 13 && value <= 21) return value;
  throw new InvalidArgumentError('expected a whole number from 13 to 21.');
}
