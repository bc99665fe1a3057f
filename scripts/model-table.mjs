// Writes what the cards of weights/ say into README.md and docs/models.md, between <!-- models:start --> and <!-- models:end -->,
// so that no score is typed by hand. Usage: node scripts/model-table.mjs [--check]; with --check nothing is written, and the
// exit status is 1 if a file is not up to date.
import { readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { classTable, coverageTable, factTable, limits, metricText, readCards, scoreTable } from './support/cards.mjs';

const MARKERS = /(<!-- models:start -->)[^]*?(<!-- models:end -->)/;

/** Everything that a card says. */
function section(card) {
  return [
    `### \`${card.name}\``,
    card.description,
    factTable(card),
    (card.metrics ?? []).map(metricText).join('\n'),
    card.perClass && classTable(card.perClass),
    card.calibration && coverageTable(card.calibration.coverage),
    images(card.name),
    card.limitations && ['Limitations:', '', limits(card)].join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
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
