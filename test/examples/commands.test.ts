import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/labels';
import { decodeImage } from '../../src/node/decode';
import { BUNDLED_MODELS } from '../../src/weights/bundled';
import { npmRun, ROOT, tinyFer2013, tinyFerPlus } from '../support/commands';

const PICTURES = join(ROOT, 'examples/pictures');
const HAS_WEIGHTS = BUNDLED_MODELS.some((name) => existsSync(join(ROOT, 'weights', name)));
const SCRIPTS = [
  'demo',
  'train',
  'teach',
  'average',
  'sweep',
  'seeds',
  'scale-out',
  'evaluate',
  'classify',
  'explain',
  'audit',
  'reference-protocol',
];

let folder = '';
let csv = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-examples-'));
  csv = join(folder, 'fer2013.csv');
  await writeFile(csv, tinyFer2013());
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('every example', () => {
  it('explains itself', async () => {
    const outcomes = await Promise.all(SCRIPTS.map((script) => npmRun(script, '--help')));
    outcomes.forEach(({ code, stdout }, i) => {
      expect(code, SCRIPTS[i]).toBe(0);
      expect(stdout).toContain(`Usage: npm run ${SCRIPTS[i]} -- `);
    });
  });

  it.concurrent.each([
    ['evaluate', ['--data', 'missing.csv', '--backend', 'wasm', '--model', PICTURES], 'model.json: expected a file'],
    [
      'evaluate',
      ['--data', 'missing.csv', '--backend', 'wasm', '--model', 'medium'],
      'medium: expected bundled weights',
    ],
    ['evaluate', ['--data', 'missing.csv', '--backend', 'abacus'], 'abacus: expected one of'],
    ['evaluate', ['--data', 'missing.csv', '--usage', 'All'], "'--usage <split>' argument 'All' is invalid"],
    ['classify', [], 'missing required argument'],
    ['classify', ['--box', '1,2,3', 'face.png'], "'--box <x,y,w,h>' argument '1,2,3' is invalid"],
    ['classify', ['--out', 'x.jsonl', '--shard', '2/2', '.'], "'--shard <i/n>' argument '2/2' is invalid"],
    ['audit', ['--data', 'missing.csv'], 'missing.csv: expected a file'],
    ['train', ['--augment', 'mixup'], "'--augment <json>' argument 'mixup' is invalid"],
    ['train', ['--network', '[]'], "'--network <json>' argument '[]' is invalid"],
    ['train', ['--out', 'nowhere'], "required option '--data <file>' not specified"],
    ['reference-protocol', ['--data', 'missing.csv', '--backend', 'cpu'], 'missing.csv: expected a file'],
    [
      'reference-protocol',
      ['--data', 'x.csv', '--model', 'compact'],
      "'compact' is invalid. Allowed choices are shallow",
    ],
  ])('says in one line what is wrong: %s %j', async (script, args, message) => {
    const { code, stderr } = await npmRun(script, ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m); // no stack
  });

  it('says in a few lines what went wrong on WASM, which prints its whole code if an error is not caught', async () => {
    const { code, stderr } = await npmRun('train', '--data', 'missing.csv', '--out', folder, '--backend', 'wasm');
    expect(code).toBe(1);
    expect(stderr).toContain('missing.csv: expected a file');
    expect(stderr.length).toBeLessThan(1000);
  });
});

describe('npm run demo', () => {
  it.skipIf(!HAS_WEIGHTS)('shows a table of seven bars for each picture, and draws them', async () => {
    const svg = join(folder, 'demo.svg');
    const { code, stdout } = await npmRun('demo', '--svg', svg);
    expect(code).toBe(0);
    const pictures = readdirSync(PICTURES).filter((file) => file.endsWith('.png'));
    for (const file of pictures) expect(stdout).toMatch(new RegExp(`^${file}, \\d+ × \\d+ pixels, \\d+ ms$`, 'm'));
    expect(stdout.match(/^ {2}\w+ +[█▏▎▍▌▋▊▉]* +\d+\.\d %$/gm)).toHaveLength(7 * pictures.length);
    expect(stdout).not.toContain('\u001b'); // no colours where there is no terminal
    expect((await readFile(svg, 'utf8')).match(/<image /g)).toHaveLength(pictures.length);
  });

  it.skipIf(HAS_WEIGHTS)('says what to do where there are no weights', async () => {
    const { code, stderr } = await npmRun('demo');
    expect(code).toBe(1);
    expect(stderr).toContain('run npm run build');
  });
});

describe('npm run classify', () => {
  it.skipIf(!HAS_WEIGHTS)('takes a box, and asks for one where the whole picture may be more than a face', async () => {
    const args = [join(PICTURES, 'astronaut.jpg'), '--backend', 'wasm', '--topk', '1', '--json'];
    const whole = await npmRun('classify', ...args);
    expect(whole.stderr).toContain('--box X,Y,W,H');
    const face = await npmRun('classify', ...args, '--box', '175,60,95,110');
    expect(face.stderr).not.toContain('--box');
    expect(JSON.parse(face.stdout)[0].predictions[0].className).toBe('happy');
  });
});

describe('npm run explain', () => {
  it.skipIf(!HAS_WEIGHTS)('writes a picture of the evidence', async () => {
    const out = join(folder, 'heat.png');
    const args = [join(PICTURES, 'collins.png'), '--out', out, '--class', 'happy', '--backend', 'wasm', '--size', '96'];
    const { code, stdout, stderr } = await npmRun('explain', ...args);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(`${out}: happy, by hiResCam\n`);
    expect((await decodeImage(out)).width).toBe(96);
  });
});

describe('npm run audit', () => {
  it('finds the copy', async () => {
    const { code, stdout } = await npmRun('audit', '--data', csv, '--json', join(folder, 'audit.json'));
    expect(code).toBe(0);
    expect(stdout).toContain('| Images of PublicTest that stand in Training too | 1 |');
    expect(JSON.parse(await readFile(join(folder, 'audit.json'), 'utf8')).rowsToDrop).toEqual([2]);
  });
});

describe('npm run train, evaluate and classify', () => {
  it('train a network, go on with it, score it and use it', { timeout: 180_000 }, async () => {
    const out = join(folder, 'shallow');
    const train = ['--data', csv, '--model', 'shallow', '--out', out];
    const first = await npmRun('train', ...train, '--epochs', '1');
    expect(first, first.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('### Scores') });
    const careless = await npmRun('train', ...train, '--epochs', '2');
    expect(careless.stderr).toContain('Go on with --resume');
    const second = await npmRun('train', ...train, '--epochs', '2', '--resume');
    expect(second.code, second.stderr).toBe(0);
    const history = JSON.parse(await readFile(join(out, 'history.json'), 'utf8'));
    expect(history.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1, 2]);
    expect(readdirSync(out)).toEqual(expect.arrayContaining(['card.json', 'golden.json', 'model.json', 'weights.bin']));

    const files = ['--json', join(folder, 'report.json'), '--svg', join(folder, 'report.svg')];
    const scores = await npmRun('evaluate', '--data', csv, '--model', out, '--backend', 'wasm', ...files);
    expect(scores.code, scores.stderr).toBe(0);
    expect(scores.stdout).toContain('Without 1 from the training set');
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
    expect(report).toMatchObject({ size: 4, withoutTrainingDuplicates: { size: 3, removed: 1 } });
    expect(report.accuracy).toBeGreaterThanOrEqual(0);
    expect(report.accuracy).toBeLessThanOrEqual(1);
    expect(await readFile(join(folder, 'report.svg'), 'utf8')).toContain('<svg');

    const privateOnly = join(folder, 'private.csv');
    const [header, ...rows] = (await readFile(csv, 'utf8')).split('\n');
    const asPrivate = rows
      .filter((row) => row.endsWith('PublicTest'))
      .map((row) => row.replace('PublicTest', 'PrivateTest'));
    await writeFile(privateOnly, [header, ...asPrivate].join('\n'));
    const usage = ['--usage', 'PrivateTest', '--model', out, '--backend', 'wasm'];
    const alone = await npmRun('evaluate', '--data', privateOnly, ...usage);
    expect(alone.stdout).not.toContain('from the training set');
    expect(alone.stdout).toContain('| Pictures | 4 |');
    const known = await npmRun('evaluate', '--data', privateOnly, ...usage, '--training-set', csv);
    expect(known.stdout).toContain('Without 1 from the training set');

    const pictures = [join(PICTURES, 'collins.png'), join(ROOT, 'package.json')];
    const answer = await npmRun('classify', ...pictures, '--model', out, '--backend', 'wasm', '--topk', '2', '--json');
    expect(answer.code).toBe(1); // for the second, which is no picture
    expect(answer.stderr).toContain('package.json: expected a whole picture');
    const [only, ...others] = JSON.parse(answer.stdout);
    expect(others).toEqual([]);
    expect(
      only.predictions.map(({ className }: { className: string }) => EMOTIONS.includes(className as 'sad')),
    ).toEqual([true, true]);

    const results = join(folder, 'results.jsonl');
    const all = ['--out', results, '--model', out, '--backend', 'wasm', '--workers', '1', PICTURES];
    const whole = await npmRun('classify', ...all);
    expect(whole.stdout, whole.stderr).toContain(`pictures in ${results}, 0 of them with an error`);
    const named = (await readFile(results, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).file);
    expect(named.toSorted()).toEqual(
      readdirSync(PICTURES)
        .filter((file) => /\.(png|jpg)$/.test(file))
        .toSorted(),
    );
    expect((await npmRun('classify', ...all)).stdout).toContain('\n0 in ');
  });
});

describe('npm run train', () => {
  it('starts from trained weights, learns from votes, and says so on the card', { timeout: 120_000 }, async () => {
    const [first, second, votes] = [join(folder, 'first'), join(folder, 'second'), join(folder, 'votes.csv')];
    await writeFile(votes, tinyFerPlus());
    const network = '{"dense":{"units":[8]}}';
    const train = ['--data', csv, '--model', 'shallow', '--network', network, '--epochs', '1', '--backend', 'wasm'];
    const random = await npmRun('train', ...train, '--out', first);
    expect(random.code, random.stderr).toBe(0);
    const augment = '{"mixup":0.2}';
    const further = ['--from', first, '--ferplus', votes, '--augment', augment, '--peak', '0.02', '--out', second];
    const trained = await npmRun('train', ...train, ...further);
    expect(trained.code, trained.stderr).toBe(0);
    const { training } = JSON.parse(await readFile(join(second, 'card.json'), 'utf8'));
    expect(training.softTargets).toContain('15 % of every target');
    const command = `npm run train -- --data fer2013.csv.gz --model shallow --network '${network}' --epochs 1 --seed 1 --backend wasm`;
    expect(training.command).toBe(
      `${command} --out runs/first && ${command} --out runs/second --peak 0.02 --augment '${augment}' --ferplus votes.csv --from runs/first`,
    );
    expect(training.recipe).toMatch(
      /dropout .05 and .3; then 1 epoch from there with a rate up to 0.02, the augmentation \{"mixup":0.2\}$/,
    );
  });

  it('refuses weights of another network', async () => {
    const out = join(folder, 'other');
    const { code, stderr } = await npmRun('train', '--data', csv, '--model', 'compact', '--out', out, '--from', 'deep');
    expect(code).toBe(1);
    expect(stderr).toContain('--from deep: expected the weights of a compact network');
  });
});

describe('npm run reference-protocol', () => {
  it('names its protocol beside every figure', { timeout: 90_000 }, async () => {
    const args = ['--data', csv, '--variant', 'code', '--epochs', '1', '--out', join(folder, 'protocol')];
    const { code, stdout, stderr } = await npmRun('reference-protocol', ...args);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Protocol: random 80:10:10 split (seed 1) over the 11 rows');
    expect(stdout).toMatch(/of 1 pictures; the reference project reports 56\.31 % by this protocol/);
    expect(stdout).toContain('None of these figures can be compared with scores on PublicTest or PrivateTest.');
  });
});
