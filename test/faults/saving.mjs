// Saves small weights and a small checkpoint, then larger ones over them, and tells what became of it.
// Usage: node test/faults/saving.mjs DIRECTORY        prints one line of JSON: what each of the two attempts led to
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { createShallowCnn, saveModel } from '../../dist/index.js';
import { fileCheckpoint } from '../../dist/node/index.js';

const directory = process.argv[2];
const inputSize = [8, 8];

const modelOf = (units) => createShallowCnn({ inputSize, conv: { filters: [2, 2] }, dense: { units: [units] } });

async function hashOf(folder) {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest('hex');
}

async function attempt(folder, save) {
  const outcome = { name: 'none', message: '', code: '' };
  try {
    await save('small');
  } catch (error) {
    Object.assign(outcome, { name: error.name, message: error.message, code: error.cause?.code });
  }
  const before = await hashOf(folder);
  try {
    await save('large');
  } catch (error) {
    Object.assign(outcome, { name: error.name, message: error.message, code: error.cause?.code });
  }
  return { ...outcome, whole: before === (await hashOf(folder)), files: await readdir(folder) };
}

const models = { small: modelOf(1), large: modelOf(4000) };
const store = fileCheckpoint(join(directory, 'run', 'checkpoint.bin'));
const bytes = { small: new Uint8Array(100), large: new Uint8Array(200_000) };
const outcomes = [
  await attempt(join(directory, 'model'), (size) => saveModel(join(directory, 'model'), models[size])),
  await attempt(join(directory, 'run'), (size) => store.write(bytes[size])),
];
console.log(JSON.stringify(outcomes));
