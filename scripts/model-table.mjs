// Writes what the cards of weights/ say into README.md and docs/models.md, between <!-- models:start --> and <!-- models:end -->,
// so that no score is typed by hand. Usage: node scripts/model-table.mjs [--check]; with --check nothing is written, and the
// exit status is 1 if a file is not up to date.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const ORDER = ['compact', 'deep', 'shallow']; // others follow by name
const MARKERS = /(<!-- models:start -->)[^]*?(<!-- models:end -->)/;

const percent = (share) => `${(100 * share).toFixed(2)} %`;
const number = (value) => value.toLocaleString('en-US');
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const duration = (seconds) => (seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`);
const row = (...cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;

async function readCards() {
  const names = await readdir('weights').catch(() => []);
  const rank = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const sorted = names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Promise.all(
    sorted.map(async (name) => JSON.parse(await readFile(join('weights', name, 'card.json'), 'utf8'))),
  );
}

/** One row for each score of each card. */
function scoreTable(cards) {
  const scores = cards.flatMap(({ name, parameters, weights, metrics = [] }) =>
    metrics.map(({ split, protocol, rows, accuracy }) =>
      row(
        `\`${name}\``,
        number(parameters),
        megabytes(weights.bytes),
        split,
        protocol,
        number(rows),
        percent(accuracy),
      ),
    ),
  );
  return [
    row('Weights', 'Parameters', 'Size', 'Scored on', 'How', 'Images', 'Accuracy'),
    '| --- | --: | --: | --- | --- | --: | --: |',
    ...scores,
  ].join('\n');
}

/** Everything that a card says. */
function section({ name, description, data, training, metrics = [], quantization, calibration, weights, ...card }) {
  const facts = [
    ['Architecture', card.architecture],
    ['Parameters', number(card.parameters)],
    ['Stored', `${weights.dtype}, ${megabytes(weights.bytes)}, SHA-256 \`${weights.sha256.slice(0, 16)}…\``],
    ['Trained on', data && `${data.name}, ${data.split}, ${number(data.rows)} images. ${data.source}`],
    ['License of the data', data?.license],
    ['Recipe', training?.recipe],
    ['Soft targets', training?.softTargets],
    ['Epochs, seed', training && `${training.epochs}, ${training.seed}`],
    ['Command', training && `\`${training.command}\``],
    [
      'Run',
      training &&
        `${training.date}, ${duration(training.wallTimeSeconds)} on ${training.machine}, backend ${training.backend}`,
    ],
    ['Effect of quantization', quantization && quantizationText(quantization)],
    ['Calibration', calibration && calibrationText(calibration)],
    [
      'Versions',
      card.versions &&
        Object.entries(card.versions)
          .map((entry) => entry.join(' '))
          .join(', '),
    ],
    ['License of the weights', card.license],
    ['Intended use', card.intendedUse],
  ];
  return [
    `### \`${name}\``,
    description,
    [row('', ''), '| --- | --- |', ...facts.filter(([, text]) => text).map((fact) => row(...fact))].join('\n'),
    metrics.map(metricText).join('\n'),
    card.perClass && classTable(card.perClass),
    calibration && coverageTable(calibration.coverage),
    images(name),
    card.people && peopleTable(card.people),
    calibration?.damaged && damagedText(calibration.damaged),
    card.limitations && ['Limitations:', '', ...card.limitations.map((line) => `- ${line}`)].join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function calibrationText({ temperature, split, rows, errorBefore, errorAfter }) {
  const [before, after] = [errorBefore, errorAfter].map((error) => error.toFixed(4));
  if (temperature === 1)
    return `none: a temperature fitted on the even rows of ${split} does not lower the expected calibration error of the ${number(rows)} odd ones, ${before}`;
  return `temperature ${temperature}, fitted on the even rows of ${split}; on the ${number(rows)} odd ones it takes the expected calibration error from ${before} to ${after}`;
}

function classTable(classes) {
  return [
    row('Class', 'Precision', 'Recall', 'F1', 'Images'),
    '| --- | --: | --: | --: | --: |',
    ...classes.map(({ className, precision, recall, f1, support }) =>
      row(className, percent(precision), percent(recall), f1.toFixed(3), number(support)),
    ),
  ].join('\n');
}

/** Accuracy on the rows that the calibration was not fitted on, against coverage. */
function coverageTable(points) {
  return [
    row('`minProbability`', 'Classified', 'Accuracy among those'),
    '| --- | --: | --: |',
    ...points.map(({ minProbability, coverage, accuracy }) =>
      row(minProbability, percent(coverage), percent(accuracy)),
    ),
  ].join('\n');
}

/** How photos of people are classified, group by group. */
function peopleTable({ source, protocol, groups, date, backend, command }) {
  const share = ({ right, low, high }, persons) => [
    `${right} of ${persons}`,
    `${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)} %`,
  ];
  return [
    `Photos of people, each neutral and with a smile: ${source}; ${protocol} (${date}, backend ${backend}; \`${command}\`). Groups as the persons named them, with 95 % Wilson intervals:`,
    [
      row('', 'Neutral called neutral', '95 %', 'Smiles called happy', '95 %'),
      '| --- | --: | --: | --: | --: |',
      ...groups.map(({ name, persons, neutral, smiles }) =>
        row(name, ...share(neutral, persons), ...share(smiles, persons)),
      ),
    ].join('\n'),
  ].join('\n\n');
}

function damagedText({ split, rows, strength, clean, mean, errors, date, backend, command }) {
  const each = Object.entries(errors).map(([name, error]) => `${name} ${error.toFixed(3)}`);
  return `Expected calibration error on damaged images of ${split} (${number(rows)} images, ${strength} strength): mean ${mean.toFixed(3)}, clean ${clean.toFixed(3)}; ${each.join(', ')} (${date}, backend ${backend}; \`${command}\`).`;
}

/** The images of the run beside the card. */
function images(name) {
  return [
    ['confusion', 'Confusion matrix'],
    ['curves', 'Training curves'],
  ]
    .filter(([file]) => existsSync(join('weights', name, `${file}.svg`)))
    .map(([file, title]) => `![${title} of the ${name} model](../weights/${name}/${file}.svg)`)
    .join('\n\n');
}

function quantizationText({ split, accuracyChange, unchangedLabels }) {
  const points = `${accuracyChange < 0 ? '−' : '+'}${Math.abs(100 * accuracyChange).toFixed(2)}`;
  return `accuracy ${points} points on ${split}; ${percent(unchangedLabels)} of the predictions unchanged`;
}

function metricText({ split, protocol, rows, accuracy, figures = {}, backend, date, command }) {
  const more = Object.entries(figures).map(([name, value]) => `, ${name} ${value.toFixed(3)}`);
  return `- ${split}, ${protocol}: accuracy ${percent(accuracy)} of ${number(rows)} images${more.join('')} (${date}, backend ${backend}; \`${command}\`)`;
}

async function update(file, content, check) {
  const before = await readFile(file, 'utf8');
  if (!MARKERS.test(before))
    throw new Error(`${file}: expected the markers <!-- models:start --> and <!-- models:end -->`);
  const filled = before.replace(MARKERS, (_, start, end) => `${start}\n\n${content}\n\n${end}`);
  const after = await format(filled, { ...(await resolveConfig(file)), filepath: file });
  if (after === before) return;
  if (check) {
    console.error(`${file} does not match the cards: run node scripts/model-table.mjs.`);
    process.exitCode = 1;
  } else {
    await writeFile(file, after);
    console.log(`${file} updated`);
  }
}

const check = process.argv.includes('--check');
const cards = await readCards();
const none = 'There are no weights in this checkout.';
await update('README.md', cards.length > 0 ? scoreTable(cards) : none, check);
await update('docs/models.md', cards.length > 0 ? cards.map(section).join('\n\n') : none, check);
