// What the cards of weights/ say, as Markdown.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ORDER = ['compact', 'deep', 'shallow']; // others follow by name

const percent = (share) => `${(100 * share).toFixed(2)} %`;
const number = (value) => value.toLocaleString('en-US');
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const duration = (seconds) => (seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`);
const row = (...cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;

/** The cards of all bundled models. */
export async function readCards() {
  const names = await readdir('weights').catch(() => []);
  const rank = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const sorted = names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Promise.all(
    sorted.map(async (name) => JSON.parse(await readFile(join('weights', name, 'card.json'), 'utf8'))),
  );
}

/** One row for each score of each card. */
export function scoreTable(cards) {
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

/** Everything on a card but scores and limits. */
export function factTable({ data, training, quantization, calibration, weights, ...card }) {
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
  return [row('', ''), '| --- | --- |', ...facts.filter(([, text]) => text).map((fact) => row(...fact))].join('\n');
}

function calibrationText({ temperature, split, rows, errorBefore, errorAfter }) {
  const [before, after] = [errorBefore, errorAfter].map((error) => error.toFixed(4));
  if (temperature === 1)
    return `none: a temperature fitted on the even rows of ${split} does not lower the expected calibration error of the ${number(rows)} odd ones, ${before}`;
  return `temperature ${temperature}, fitted on the even rows of ${split}; on the ${number(rows)} odd ones it takes the expected calibration error from ${before} to ${after}`;
}

export function classTable(classes) {
  return [
    row('Class', 'Precision', 'Recall', 'F1', 'Images'),
    '| --- | --: | --: | --: | --: |',
    ...classes.map(({ className, precision, recall, f1, support }) =>
      row(className, percent(precision), percent(recall), f1.toFixed(3), number(support)),
    ),
  ].join('\n');
}

/** Accuracy on the rows that the calibration was not fitted on, against coverage. */
export function coverageTable(points) {
  return [
    row('`minProbability`', 'Classified', 'Accuracy among those'),
    '| --- | --: | --: |',
    ...points.map(({ minProbability, coverage, accuracy }) =>
      row(minProbability, percent(coverage), percent(accuracy)),
    ),
  ].join('\n');
}

/** What a model cannot do. */
export const limits = ({ limitations }) => limitations.map((line) => `- ${line}`).join('\n');

function quantizationText({ split, accuracyChange, unchangedLabels }) {
  const points = `${accuracyChange < 0 ? '−' : '+'}${Math.abs(100 * accuracyChange).toFixed(2)}`;
  return `accuracy ${points} points on ${split}; ${percent(unchangedLabels)} of the predictions unchanged`;
}

/** A score in one line. */
export function metricText({ split, protocol, rows, accuracy, figures = {}, backend, date, command }) {
  const more = Object.entries(figures).map(([name, value]) => `, ${name} ${value.toFixed(3)}`);
  return `- ${split}, ${protocol}: accuracy ${percent(accuracy)} of ${number(rows)} images${more.join('')} (${date}, backend ${backend}; \`${command}\`)`;
}
