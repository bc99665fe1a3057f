import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLED_MODELS, FerError, InputError, loadClassifier } from 'fer-cnn';
import { decodeImage, loadWeightsDirectory } from 'fer-cnn/node';
import { startBackend } from './backend.mjs';
import { boxOf } from './box.mjs';
import { hintFor } from './hint.mjs';
import { parse, UsageError } from './usage.mjs';

const NAMES = [...BUNDLED_MODELS, 'default'];

export const USAGE = `Usage: fer-cnn classify [OPTIONS] PICTURE...

Names the emotion of the face in each picture: files or addresses (http, https, file, data) of PNG, JPEG, WebP, GIF, AVIF,
TIFF or SVG. Needs the package sharp and a backend of TensorFlow.js: @tensorflow/tfjs-node, -backend-wasm or -backend-cpu, the
first that is there.

--model NAME     ${NAMES.join(', ')}, a directory, or a model.json by path or address (default: default)
--topk K         only the K most probable classes
--box X,Y,W,H    the face's box in pixels, in every picture (default: the whole picture is a face)
--json           print JSON`;

const OPTIONS = /** @type {const} */ ({
  model: { type: 'string', default: 'default' },
  topk: { type: 'string' },
  box: { type: 'string' },
  json: { type: 'boolean', default: false },
});

/** @param {string[]} args */
export async function run(args) {
  const { values, positionals: files } = parse(args, OPTIONS);
  if (files.length === 0) throw new UsageError(USAGE);
  const options = { topk: topkOf(values.topk), box: faceOf(values.box) };
  const open = openerOf(values.model);
  await startBackend();
  const classifier = await open();
  const classes = classifier.card.labels.length;
  if (options.topk > classes)
    throw new UsageError(`--topk: expected at most ${classes}, the number of classes, received ${options.topk}.`);
  const results = [];
  const whole = [];
  for (const file of files) {
    try {
      const picture = await decodeImage(sourceOf(file));
      const predictions = await classifier.classify(picture, options);
      results.push({ file, predictions });
      if (options.box === undefined) whole.push({ file, width: picture.width, height: picture.height });
      if (!values.json) console.log(table(file, predictions));
    } catch (error) {
      if (!(error instanceof FerError)) throw error;
      const { message } = error;
      const named = message.includes(file) ? message : `${titleOf(file)}: ${message}`;
      results.push({ file, error: message });
      console.error(named); // and go on with the next picture
      process.exitCode = 1;
    }
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
  const hint = hintFor(whole);
  if (hint !== undefined) console.error(hint); // not with the results, which may go into a pipe
  classifier.dispose();
}

/** @param {string | undefined} text */
function topkOf(text) {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`--topk: expected a whole number of at least 1, received ${JSON.stringify(text)}.`);
}

/** @param {string | undefined} text */
function faceOf(text) {
  if (text === undefined) return undefined;
  const box = boxOf(text);
  if (box !== undefined) return box;
  throw new UsageError(`--box: expected four numbers X,Y,W,H in pixels, received ${JSON.stringify(text)}.`);
}

/** @param {string} file A path or an address; one that holds a whole picture is cut. */
const titleOf = (file) => (file.length > 200 ? `${file.slice(0, 40)}…` : file);

/** @param {string} file A path or an address. */
function sourceOf(file) {
  if (!/^(https?|file|data):/i.test(file)) return file;
  if (URL.canParse(file)) return new URL(file);
  throw new InputError({ where: 'classify', expected: 'a path or a whole address', received: JSON.stringify(file) });
}

/**
 * What opens a model; its name is looked at before anything is loaded.
 *
 * @param {string} source
 */
function openerOf(source) {
  if (NAMES.includes(source) || /^https?:/.test(source)) return () => loadClassifier(source);
  const path = URL.canParse(source) && new URL(source).protocol === 'file:' ? fileURLToPath(source) : source;
  const directory = basename(path) === 'model.json' ? dirname(path) : path;
  if (existsSync(directory) && statSync(directory).isDirectory()) {
    return async () => loadClassifier(await loadWeightsDirectory(directory));
  }
  const received = JSON.stringify(source);
  throw new UsageError(
    `--model: expected ${NAMES.join(', ')}, a directory, its model.json or an address, received ${received}.`,
  );
}

/**
 * @param {string} file
 * @param {import('fer-cnn').Prediction[]} predictions
 */
function table(file, predictions) {
  const width = Math.max(...predictions.map(({ className }) => className.length));
  const rows = predictions.map(({ className, probability }) => {
    return `  ${className.padEnd(width)}  ${(100 * probability).toFixed(1).padStart(5)} %`;
  });
  return [titleOf(file), ...rows].join('\n');
}
