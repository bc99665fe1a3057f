/**
 * What the bundled weights do for different people and on damaged images, for their cards: photos of the London set by the whole path,
 * by gender and ethnicity, and the calibration on damaged images of FER2013:
 * `npx tsx research/people.ts --photos DIR --data fer2013.csv.gz --write && node scripts/model-table.mjs`. Stop it at any time; with the
 * same `--out` it resumes.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Option } from 'commander';
import { EMOTIONS, listModels, loadClassifier, loadFer2013, predict, type Dataset } from 'fer-cnn';
import { createFaceClassifier } from 'fer-cnn/faces';
import { applyTemperature, expectedCalibrationError, reliabilityBins } from 'fer-cnn/metrics';
import { damageAll } from '../bench/damages/damage-all';
import { DAMAGES } from '../bench/damages/damages';
import { startBackend } from '../src/cli/backend';
import { backendOption, wholeNumber } from '../src/cli/options';
import { today } from '../src/cli/store';
import type { Classifier } from '../src/classify/classifier';
import { updateCard } from './support/card-file';
import { cli } from './support/cli';
import { main } from './support/main';
import { type Called, groupsOf, withPeople } from './support/people';
import { LONDON_SET, readPersons, type Person } from './support/photos';

const SPLIT = 'PublicTest';
const STRENGTH = 'middle';

interface Options {
  photos: string;
  data: string;
  models: string[];
  seed: number;
  backend?: string;
  out: string;
  write?: true;
}

/** What is known about some weights. */
interface Results {
  called?: Called[];
  /** Expected calibration errors by kind of damage; `clean` for none. */
  errors: Record<string, number>;
}

const options = cli('research/people.ts', 'Scores the bundled weights by groups of people and on damaged images.')
  .requiredOption('--photos <dir>', 'folder with the photos of the London set and photos.csv')
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .addOption(new Option('--models <names...>', 'which weights').choices(listModels()).default(listModels(), 'all'))
  .option('--seed <n>', 'seed of what the damages draw', wholeNumber, 1)
  .addOption(backendOption())
  .option('--out <dir>', 'directory where each result is kept as soon as it is known', 'runs/people')
  .option('--write', 'writes the results onto the cards')
  .parse()
  .opts<Options>();

await main(async () => {
  const { out, models, write } = options;
  const backend = await startBackend(options.backend);
  const persons = readPersons(options.photos);
  const dataset = await loadFer2013(options.data, { split: SPLIT });
  await mkdir(out, { recursive: true });
  for (const name of models) {
    const classifier = await loadClassifier(name);
    const file = join(out, `${name}-${classifier.card.weights!.sha256!.slice(0, 12)}.json`);
    const results = JSON.parse(await readFile(file, 'utf8').catch(() => '{"errors":{}}')) as Results;
    const keep = () => writeFile(file, JSON.stringify(results, null, 2));
    results.called ??= await callAll(classifier, persons);
    await keep();
    for (const kind of [undefined, ...DAMAGES]) {
      const key = kind?.name ?? 'clean';
      if (results.errors[key] !== undefined) continue;
      results.errors[key] = await calibrationError(classifier, dataset, kind);
      console.error(`${name}: ${key}, calibration error ${results.errors[key].toFixed(4)}`);
      await keep();
    }
    classifier.dispose();

    const { clean, ...errors } = results.errors;
    const all = Object.values(errors);
    const run = {
      backend,
      date: today(),
      command: `npx tsx research/people.ts --photos photos --data ${basename(options.data)} --models ${name}`,
    };
    const people = {
      source: `${LONDON_SET}, ${persons.length} persons`,
      protocol: 'bundled face detector, the largest face of each photo, single view',
      groups: groupsOf(results.called),
      ...run,
    };
    const mean = all.reduce((sum, error) => sum + error, 0) / all.length;
    const damaged = { split: SPLIT, rows: dataset.size, strength: STRENGTH, clean: clean!, mean, errors, ...run };
    console.log(JSON.stringify({ name, groups: people.groups, clean, mean }, null, 2));
    if (write) await updateCard(name, (card) => withPeople(card, people, damaged));
  }
});

/** What each person's photos are called, by the whole path. */
async function callAll(classifier: Classifier, persons: readonly Person[]): Promise<Called[]> {
  const faces = createFaceClassifier({ classifier, maxFaces: 1 });
  const call = async (photo: string) => (await faces.classify(photo, { topk: 1 }))[0]?.predictions[0]?.className;
  const called: Called[] = [];
  for (const { gender, ethnicity, neutral, smile } of persons) {
    called.push({ gender, ethnicity, neutral: await call(neutral), smile: await call(smile) });
  }
  return called;
}

async function calibrationError(
  { model, card }: Classifier,
  dataset: Dataset,
  damage: (typeof DAMAGES)[number] | undefined,
): Promise<number> {
  const { images, labels, size } = dataset;
  const damaged = damage ? await damageAll(images, damage, damage.strengths[1], options.seed) : images;
  const shape = { height: 48, width: 48, channels: 1, numClasses: EMOTIONS.length, size };
  const rows = await predict(
    model,
    { ...shape, images: damaged, labels, targets: undefined, sampleWeights: undefined },
    { preprocessing: card.preprocessing, batchSize: 128 },
  );
  const probabilities = applyTemperature(rows, EMOTIONS.length, card.calibration?.temperature ?? 1);
  return expectedCalibrationError(reliabilityBins(labels, probabilities));
}
