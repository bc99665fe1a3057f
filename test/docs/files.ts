import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { exportKeras } from '../../src/interchange';
import { FERPLUS_CHOICES } from '../../src/curation/ferplus';
import { SPLITS } from '../../src/labels';
import { createShallowCnn } from '../../src/models/shallow';
import { saveModel } from '../../src/storage/save-model';
import { csvOf } from '../data/fixtures';
import { ROOT } from './documents';

const ROWS = 63;
const IMAGES = `${ROOT}examples/pictures/`;

/** Votes of FER+ for the rows of {@link csvOf}. */
export const VOTES: string = [
  `Usage,Image name,${FERPLUS_CHOICES.join()}`,
  ...Array.from({ length: ROWS }, (_, i) => `${SPLITS[i % 3]},${i}.png,6,4,0,0,0,0,0,0,0,0`),
  '',
].join('\n');

/**
 * Writes the files that the programs of the guides name: a tiny FER2013 with votes, images, folders of images, models. Needs a backend.
 *
 * @param place The folder that the programs run in. What lies in `served` there is what https://example.org serves.
 */
export async function writeReaderFiles(place: string): Promise<void> {
  const at = (path: string) => join(place, path);
  for (const folder of ['examples/pictures', 'data', 'photos', 'served']) await mkdir(at(folder), { recursive: true });
  const csv = csvOf(ROWS);
  for (const path of ['fer2013.csv', 'served/fer2013.csv']) await writeFile(at(path), csv);
  for (const path of ['', 'data/', 'served/']) await writeFile(at(`${path}fer2013.csv.gz`), gzipSync(csv));
  await writeFile(at('fer2013new.csv'), VOTES);
  for (const name of ['face', 'group', 'photo', 'a', 'photos/a', 'examples/pictures/astronaut']) {
    await copyFile(`${IMAGES}astronaut.jpg`, at(`${name}.jpg`));
  }
  await sharp(`${IMAGES}astronaut.jpg`).resize(512, 600, { fit: 'fill' }).toFile(at('grace_hopper.jpg')); // a stand-in of its size
  await copyFile(`${IMAGES}astronaut.jpg`, at('astronaut.jpg'));
  const gray = { width: 320, height: 240, channels: 3, background: 'gray' } as const;
  await sharp({ create: gray }).toFile(at('blank.png'));
  const drawn = Array.from({ length: 100 }, (_, i) => `frame-${i}`);
  for (const name of ['b', ...drawn]) await copyFile(`${IMAGES}drawn-sad.png`, at(`${name}.png`));
  await sharp(`${IMAGES}astronaut.jpg`).webp().toFile(at('served/face.webp'));
  for (const [className, emotion] of [
    ['bored', 'neutral'],
    ['confused', 'surprised'],
    ['engaged', 'happy'],
  ]) {
    await mkdir(at(`faces/${className}`), { recursive: true });
    for (let i = 0; i < 5; i++) await copyFile(`${IMAGES}drawn-${emotion}.png`, at(`faces/${className}/${i}.png`));
  }
  await writeFile(at('done.jsonl'), '{"file":"a.jpg","error":"a broken image"}\n');

  const model = createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [4] } });
  for (const path of ['runs/mine', 'weights/mine', 'served/models/mine', 'served/emotions']) {
    await saveModel(at(path), model);
  }
  const keras = await exportKeras(model);
  for (const path of ['model.keras', 'emotions.h5']) await writeFile(at(path), keras); // read by content, not by name
  const { 'config.json': config, 'model.weights.h5': weights } = unzipSync(keras);
  await writeFile(at('architecture.json'), config!);
  await writeFile(at('emotions.weights.h5'), weights!);
  model.dispose();
}

/** The preloaded module with which a program of Node reaches `served` as https://example.org, and nothing else of the network. */
export async function writeOffline(place: string): Promise<void> {
  await writeFile(join(place, 'offline.mjs'), await readFile(new URL('offline.mjs', import.meta.url)));
}
