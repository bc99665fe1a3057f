/**
 * What a person's resting face corrects, on photos of the London set: `npx tsx research/baseline.ts --photos DIR`. For each person a
 * baseline is measured on changed copies of the neutral photo, as the frames of a camera differ; then other copies, damaged more, and
 * the smile are classified. The strength of the correction is chosen on all persons but one, in turn.
 */
import sharp, { type Sharp } from 'sharp';
import { loadClassifier, type Prediction, Random } from 'fer-cnn';
import { createFaceClassifier, type FaceClassifier, measureBaseline, type FaceBaseline } from 'fer-cnn/faces';
import { startBackend } from '../src/cli/backend';
import { MODEL_HELP, backendOption, wholeNumber } from '../src/cli/options';
import { correctPredictions, RESTING } from '../src/faces/baseline';
import { cli } from './support/cli';
import { main } from './support/main';
import { readPersons, type Person } from './support/photos';

const FRAMES = 8;
const SHARES = [0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6];
/** The share of the neutral copies that must be neutral when a strength is chosen. */
const LEAST_NEUTRAL = 50 / 52;

interface Options {
  photos: string;
  model: string;
  seed: number;
  backend?: string;
}

const options = cli('research/baseline.ts', 'Measures the correction by a resting face on the London photos.')
  .requiredOption('--photos <dir>', 'folder with photos.csv')
  .option('--model <name>', MODEL_HELP, 'compact')
  .option('--seed <n>', 'seed of the changes to the photos', wholeNumber, 1)
  .addOption(backendOption())
  .parse()
  .opts<Options>();

type Change = (photo: Sharp, random: Random) => Sharp;

/** A frame of a camera before which a person sits still. */
const frame: Change = (photo, random) =>
  photo
    .rotate(random.uniform(-4, 4), { background: '#888' })
    .resize(Math.round(random.uniform(200, 512)))
    .linear(random.uniform(0.85, 1.15), random.uniform(-8, 8));

/** Stronger changes of other kinds. */
const COPIES: Readonly<Record<string, Change>> = {
  'shifted by 20 to 40 px': (photo, random) =>
    photo.extend({ left: 20 + random.integer(20), top: 20 + random.integer(20), extendWith: 'copy' }),
  'turned by 8°': (photo, random) => photo.rotate(random.next() < 0.5 ? 8 : -8, { background: '#888' }),
  'shrunk to 128 px': (photo) => photo.resize(128),
  'shrunk to 96 px': (photo) => photo.resize(96),
  'dark, 0.4 of the light': (photo) => photo.linear(0.4, 0),
  'bright, 1.3 times the light': (photo) => photo.linear(1.3, 0),
  'half the contrast': (photo) => photo.linear(0.5, 64),
  'blurred, σ 4 px': (photo) => photo.blur(4),
  'JPEG of quality 10': (photo) => photo.jpeg({ quality: 10 }),
  'noise, σ 40': (photo) => photo, // is added to the pixels
};

interface Seen {
  person: Person;
  baseline: FaceBaseline;
  neutral: Prediction[];
  smile: Prediction[];
  copies: Prediction[][];
}

await main(async () => {
  await startBackend(options.backend);
  const classifier = await loadClassifier(options.model);
  const faces = createFaceClassifier({ classifier });
  const seen: Seen[] = [];
  for (const [i, person] of readPersons(options.photos).entries()) {
    const random = (kind: number) => new Random(options.seed, i, kind);
    const copy = (change: Change, kind: number, sigma = 0) => changed(person.neutral, change, random(kind), sigma);
    const frames = await Promise.all(Array.from({ length: FRAMES }, (_, k) => copy(frame, 100 + k, 8)));
    const copies: Prediction[][] = [];
    for (const [k, [name, change]] of Object.entries(COPIES).entries()) {
      copies.push(await largest(faces, await copy(change, k, name.startsWith('noise') ? 40 : 0)));
    }
    seen.push({
      person,
      baseline: await measureBaseline(frames, { classifier: faces }),
      neutral: await largest(faces, person.neutral),
      smile: await largest(faces, person.smile),
      copies,
    });
    process.stderr.write(`\r${i + 1} persons`);
  }
  process.stderr.write('\n');
  classifier.dispose();
  report(seen);
});

async function changed(file: string, change: Change, random: Random, sigma: number) {
  const copy = await change(sharp(file), random).toBuffer(); // a JPEG, as the photo
  const { data, info } = await sharp(copy).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const pixels = sigma > 0 ? Uint8ClampedArray.from(data, (value) => value + sigma * random.normal()) : data;
  return { data: new Uint8Array(pixels), width: info.width, height: info.height };
}

async function largest(faces: FaceClassifier, photo: Parameters<FaceClassifier['classify']>[0]): Promise<Prediction[]> {
  const [face] = await faces.classify(photo as string);
  return face?.predictions ?? [];
}

/** Whether the best class is the one that is wanted; false without a face. */
function is(wanted: string, predictions: readonly Prediction[], baseline?: FaceBaseline, share?: number): boolean {
  if (predictions.length === 0) return false;
  return (baseline ? correctPredictions(predictions, baseline, share) : predictions)[0]!.className === wanted;
}

function count<T>(list: readonly T[], test: (item: T) => boolean): number {
  return list.filter(test).length;
}

function smiles(seen: readonly Seen[], share: number): number {
  return count(seen, ({ smile, baseline }) => is('happy', smile, baseline, share));
}

function neutralCopies(seen: readonly Seen[], share: number): number {
  return seen.reduce(
    (sum, { copies, baseline }) => sum + count(copies, (copy) => is('neutral', copy, baseline, share)),
    0,
  );
}

/** The weakest correction that finds the most smiles of all that keep the neutral copies. */
function choose(seen: readonly Seen[]): number {
  const least = LEAST_NEUTRAL * seen.length * Object.keys(COPIES).length;
  const allowed = SHARES.filter((share) => neutralCopies(seen, share) >= least);
  const best = Math.max(...allowed.map((share) => smiles(seen, share)));
  return allowed.findLast((share) => smiles(seen, share) === best) ?? SHARES.at(-1)!;
}

function report(seen: readonly Seen[]): void {
  const n = seen.length;
  const names = Object.keys(COPIES);
  console.log(`${options.model}, ${n} persons, seed ${options.seed}\n`);
  console.log('| share of neutral | smiles happy | neutral copies neutral | neutral photos neutral |');
  console.log('| --- | --: | --: | --: |');
  const row = (name: string, ...numbers: number[]) => console.log(`| ${[name, ...numbers].join(' | ')} |`);
  const before = count(seen, ({ neutral }) => is('neutral', neutral));
  const copiesBefore = seen.reduce((sum, { copies }) => sum + count(copies, (copy) => is('neutral', copy)), 0);
  row(
    'uncorrected',
    count(seen, ({ smile }) => is('happy', smile)),
    copiesBefore,
    before,
  );
  for (const share of SHARES) {
    const neutral = count(seen, (each) => is('neutral', each.neutral, each.baseline, share));
    row(`${share}`, smiles(seen, share), neutralCopies(seen, share), neutral);
  }

  const chosen = seen.map((_, i) => choose(seen.filter((_, k) => k !== i)));
  const right = count(seen, (each) => is('happy', each.smile, each.baseline, chosen[seen.indexOf(each)]));
  console.log(
    `\nChosen without the person: ${[...new Set(chosen)].join(', ')}; on all: ${choose(seen)}; in the package: ${RESTING}.`,
  );
  console.log(`Persons left out: ${right} of ${n} smiles happy. Neutral copies that are neutral, of ${n}:\n`);
  console.log('| copy | uncorrected | corrected, person left out |\n| --- | --: | --: |');
  for (const [k, name] of names.entries()) {
    const corrected = count(seen, (each) => is('neutral', each.copies[k]!, each.baseline, chosen[seen.indexOf(each)]));
    row(
      name,
      count(seen, ({ copies }) => is('neutral', copies[k]!)),
      corrected,
    );
  }
  const others = seen.map(
    ({ baseline }, i) => count(seen, (each) => each !== seen[i] && is('neutral', each.neutral, baseline)) / (n - 1),
  );
  const mean = others.reduce((sum, value) => sum + value, 0) / n;
  const [least, most] = [Math.min(...others), Math.max(...others)].map((value) => (100 * value).toFixed(0));
  console.log(
    `\nOther persons' neutral photos under one person's baseline: ${(100 * mean).toFixed(1)} % neutral in the mean (${least} to ${most} %).`,
  );
}
