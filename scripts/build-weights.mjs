// Turns each directory of weights/ into a module of dist/weights/, and writes the type that all of them have.
// Usage: node scripts/build-weights.mjs [FROM=weights] [TO=dist/weights]
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const [from = 'weights', to = 'dist/weights'] = process.argv.slice(2);

const TYPES = `import type { io } from '@tensorflow/tfjs-core';
import type { ModelCard } from '../index.js';

declare const weights: { modelJson: io.ModelJSON; weightsBase64: string; card: ModelCard };
export default weights;
`;

async function directories(path) {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

async function moduleOf(directory) {
  const read = (file) => readFile(join(directory, file));
  const [modelJson, card] = (await Promise.all([read('model.json'), read('card.json')])).map((text) =>
    JSON.parse(text),
  );
  const weights = await read('weights.bin');
  const sha256 = createHash('sha256').update(weights).digest('hex');
  if (sha256 !== card.weights.sha256) throw new Error(`${directory}: card.json is not the card of weights.bin`);
  const parts = { modelJson, card, weightsBase64: weights.toString('base64') };
  return `export default ${JSON.stringify(parts)};\n`;
}

await mkdir(to, { recursive: true });
await writeFile(join(to, 'module.d.ts'), TYPES);
for (const name of await directories(from)) {
  await writeFile(join(to, `${name}.js`), await moduleOf(join(from, name)));
}
