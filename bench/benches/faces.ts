import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { classifyFaces, type ClassifiedFace } from 'fer-cnn/faces';
import { activate, type BackendName } from '../../src/cli/backend';
import { availableBackends } from '../support/networks';
import { race, timed, type Contender, type Time } from '../support/measure';
import { conversation } from '../support/remote';
import { installRivals, rivalTitle } from '../support/rivals';
import {
  decode,
  type KnownFace,
  makeGroup,
  makeScenes,
  type Pixels,
  type Portrait,
  readBackgrounds,
  readPortraits,
  type Scene,
} from '../support/scenes';
import { digits, type Bench, type BenchContext, type Cell, type Section } from '../support/section';

const ASTRONAUT = fileURLToPath(new URL('../../examples/pictures/astronaut.jpg', import.meta.url));

/** Bounds of the sizes of faces in the table, in pixels. */
const SIZES = [24, 32, 48, 64, 96, 128, 200];

/** A face as every contender tells it. */
interface Found {
  box: readonly [x: number, y: number, width: number, height: number];
  eyes: readonly (readonly [number, number] | undefined)[];
  emotions: Record<string, number>;
}

/** What goes from a photo to faces with emotions. */
interface Finder {
  name: string;
  find: (picture: Pixels) => Promise<Time & { faces: Found[] }>;
  close: () => void;
}

const toFound = ({ box, landmarks, predictions }: ClassifiedFace): Found => ({
  box: [box.x, box.y, box.width, box.height],
  eyes: [landmarks?.leftEye, landmarks?.rightEye],
  emotions: Object.fromEntries(predictions.map(({ className, probability }) => [className, probability])),
});

/** From photos to faces with emotions, against the rivals: which faces are found, where, and how fast. */
export const faces: Bench = {
  name: 'faces',
  async *run(context) {
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-faces-'));
    const rivals = await startRivals(context, folder);
    const finders = [ours('wasm'), ...rivals];
    try {
      const portraits = readPortraits();
      if (portraits.length > 0) yield* found(context, finders, portraits);
      yield* times(context, rivals, portraits);
    } finally {
      for (const { close } of finders) close();
      await rm(folder, { recursive: true });
    }
  },
};

function ours(backend: BackendName): Finder {
  return {
    name: `classifyFaces on ${backend}`,
    async find(picture) {
      const wasActive = tf.getBackend() === backend;
      await activate(backend);
      if (!wasActive) await classifyFaces(picture); // brings the weights here; each rival has a process of its own
      let faces: ClassifiedFace[] = [];
      const time = await timed(async () => {
        faces = await classifyFaces(picture);
      });
      return { ...time, faces: faces.map(toFound) };
    },
    close: () => {},
  };
}

/** Each rival in a process of its own. Pictures go there as files of bytes. */
async function startRivals({ say }: BenchContext, folder: string): Promise<Finder[]> {
  const home = installRivals(say);
  if (home === undefined) return [];
  const program = fileURLToPath(new URL('../rivals/faces.cjs', import.meta.url));
  const titles = {
    'face-api-tiny': `${rivalTitle('face-api', home)}, tiny`,
    'face-api-ssd': `${rivalTitle('face-api', home)}, SSD`,
    human: rivalTitle('human', home),
  };
  const finders: Finder[] = [];
  for (const [name, title] of Object.entries(titles)) {
    const { ask, close } = await conversation(title, {
      command: process.execPath,
      args: [program, home, name],
      cwd: home,
    });
    const file = join(folder, `${name}.rgb`);
    finders.push({
      name: title,
      async find({ data, width, height }) {
        await writeFile(file, data);
        return (await ask(JSON.stringify({ file, width, height }))) as Time & { faces: Found[] };
      },
      close,
    });
  }
  return finders;
}

/** The faces of scenes by size, what is found where none is, and the portraits themselves. */
async function* found(
  context: BenchContext,
  finders: readonly Finder[],
  portraits: readonly Portrait[],
): AsyncGenerator<Section> {
  const { backgrounds: folder, quick, say } = context;
  if (folder !== undefined) {
    const backgrounds = await readBackgrounds(folder);
    const scenes = await makeScenes(portraits, backgrounds, quick ? 16 : 64, 1);
    const empty = await Promise.all(backgrounds.map(decode));
    const rows: Cell[][] = [];
    for (const finder of finders) {
      say(`scenes: ${finder.name}`);
      rows.push([finder.name, ...(await recall(finder, scenes, empty))]);
    }
    const bounds = SIZES.slice(1).map((size, i) => `${SIZES[i]} to ${size} px`);
    yield {
      title: 'Faces found by size, in %',
      head: ['', ...bounds, 'eyes off, % of their distance', 'false, in scenes', 'false, without a face'],
      rows,
      note: `${scenes.length} scenes of 1024 × 768 pixels with four faces each (an equal share upright, turned by up to 30°, dark, cut off), and ${empty.length} pictures without a face.`,
      data: rows,
    };
  }
  const rows: Cell[][] = [];
  for (const finder of finders) {
    say(`portraits: ${finder.name}`);
    rows.push([finder.name, ...(await emotions(finder, portraits))]);
  }
  yield {
    title: 'Portraits, by the whole path',
    head: [
      '',
      'faces found',
      'eyes off, % of their distance',
      'neutral right',
      'smile right',
      'smile happier than neutral',
    ],
    rows,
    note: `${portraits.length} persons of the Face Research Lab London Set, each neutral and with a soft smile.`,
    data: rows,
  };
}

async function recall({ find }: Finder, scenes: readonly Scene[], empty: readonly Pixels[]): Promise<Cell[]> {
  const counts = SIZES.slice(1).map(() => ({ all: 0, found: 0 }));
  const errors: number[] = [];
  let wrong = 0;
  for (const { picture, faces } of scenes) {
    const left = [...(await find(picture)).faces];
    wrong += left.length;
    for (const face of faces) {
      const count =
        counts[
          Math.max(
            0,
            SIZES.findLastIndex((size) => face.side >= size && size < 200),
          )
        ]!;
      const at = left.findIndex(({ box }) => isAround(box, face));
      count.all++;
      if (at < 0) continue;
      count.found++;
      wrong--;
      errors.push(eyeError(left[at]!, face.eyes));
      left.splice(at, 1);
    }
  }
  let invented = 0;
  for (const picture of empty) invented += (await find(picture)).faces.length;
  return [...counts.map(({ all, found }) => percent(found, all)), eyes(errors), wrong, invented];
}

async function emotions({ find }: Finder, portraits: readonly Portrait[]): Promise<Cell[]> {
  const errors: number[] = [];
  let [found, neutral, smile, order] = [0, 0, 0, 0];
  for (const { file, eyes } of portraits) {
    const [calm] = (await find(await decode(file))).faces;
    const [happy] = (await find(await decode(file.replace('neutral', 'happy')))).faces;
    found += Number(calm !== undefined) + Number(happy !== undefined);
    if (calm) errors.push(eyeError(calm, eyes));
    neutral += Number(best(calm) === 'neutral');
    smile += Number(best(happy) === 'happy');
    order += Number((happy?.emotions['happy'] ?? 0) > (calm?.emotions['happy'] ?? 1));
  }
  const n = portraits.length;
  return [`${found} of ${2 * n}`, eyes(errors), ...[neutral, smile, order].map((count) => `${count} of ${n}`)];
}

/** From a photo of 512 × 512 pixels in memory to a list of faces with emotions: one, five and twenty of them. */
async function* times(
  context: BenchContext,
  rivals: readonly Finder[],
  portraits: readonly Portrait[],
): AsyncGenerator<Section> {
  const backends = (await availableBackends()).filter((name) => name !== 'cpu');
  const photos = new Map([['one face', await decode(ASTRONAUT)]]);
  if (portraits.length > 0) {
    photos.set('5 faces', await makeGroup(portraits, 3, 2, 5));
    photos.set('20 faces', await makeGroup(portraits, 5, 4, 20));
  }
  for (const [title, photo] of photos) {
    const counts: string[] = [];
    const contenders: Contender[] = [];
    for (const { name, find } of [...backends.map(ours), ...rivals]) {
      counts.push(`${name}: ${(await find(photo)).faces.length}`);
      contenders.push({ name, measure: () => find(photo) });
    }
    yield await race(
      `Photo to emotions, ${title}`,
      contenders,
      context,
      `512 × 512 pixels. Found: ${counts.join('; ')}.`,
    );
  }
}

function isAround([x, y, width, height]: Found['box'], { center, side }: KnownFace): boolean {
  const size = Math.max(width, height);
  return (
    Math.hypot(x + width / 2 - center[0], y + height / 2 - center[1]) < 0.4 * side && size > side / 2 && size < 2 * side
  );
}

/** Mean distance of the eyes from where they are, as a share of their distance, whichever of them is called left. */
function eyeError({ eyes: [a, b] }: Found, [left, right]: KnownFace['eyes']): number {
  if (!a || !b) return Number.NaN;
  const [first, second] = a[0] < b[0] ? [a, b] : [b, a];
  const off =
    Math.hypot(first[0] - left[0], first[1] - left[1]) + Math.hypot(second[0] - right[0], second[1] - right[1]);
  return off / 2 / Math.hypot(left[0] - right[0], left[1] - right[1]);
}

function best(face: Found | undefined): string | undefined {
  return Object.entries(face?.emotions ?? {}).sort(([, a], [, b]) => b - a)[0]?.[0];
}

const percent = (part: number, all: number) => digits((100 * part) / all);
const eyes = (errors: readonly number[]) => {
  const known = errors.filter(Number.isFinite).sort((a, b) => a - b);
  return known.length === 0 ? undefined : digits(100 * known[known.length >> 1]!);
};
