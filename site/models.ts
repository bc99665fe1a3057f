import { cpSync, existsSync, mkdirSync } from 'node:fs';
import {
  classTable,
  coverageTable,
  damagedText,
  factTable,
  type FullCard,
  limits,
  metricText,
  peopleTable,
} from '../scripts/support/cards.mjs';
import { CONTENT } from './paths';

const FILES = ['model.json', 'weights.bin', 'card.json'];

/** The pages of the bundled models, made from their cards, by their paths on the site. Their files are put beside them. */
export function modelPages(cards: readonly FullCard[]): Record<string, string> {
  const pages = cards.map((card) => [`models/${card.name}.md`, modelPage(card)] as const);
  return { 'models/index.md': overview(cards), ...Object.fromEntries(pages) };
}

function overview(cards: readonly FullCard[]): string {
  const list = cards.map(({ name, description }) => `- [\`${name}\`](./${name}.md): ${description}`).join('\n');
  return `# Models\n\nEach is part of the package and loaded by its name. The pages are made from the cards that the models carry.\n\n${list}\n\n${overviewTable(cards)}\n\nWhat else was tried, how other packages score on the same images, and how to build models of your own: [the guide](../guides/models.md).\n`;
}

/** A row for each model; what its scores mean is on its page. */
function overviewTable(cards: readonly FullCard[]): string {
  const percent = (share: number | undefined) => (share === undefined ? '' : `${(100 * share).toFixed(2)} %`);
  const rows = cards.map(({ name, parameters, weights, metrics }) => {
    const scoreOf = (protocol: RegExp) => percent(metrics.find((metric) => protocol.test(metric.protocol))?.accuracy);
    const scores = [/^single view$/, /test-time augmentation/, /damage/].map(scoreOf);
    const cells = [
      `[\`${name}\`](./${name}.md)`,
      ...scores,
      parameters.toLocaleString('en-US'),
      `${(weights.bytes / 1e6).toFixed(1)} MB`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `| Model | Accuracy | With 10 views | On damaged images | Parameters | Size |\n| --- | --: | --: | --: | --: | --: |\n${rows.join('\n')}\n\nOn the ${cards[0]!.metrics[0]!.rows.toLocaleString('en-US')} images of FER2013’s PublicTest. The pages name the command and the date of each score.`;
}

function modelPage(card: FullCard): string {
  const { name, metrics, calibration } = card;
  copyFiles(name);
  const image = existsSync(`weights/${name}/confusion.svg`)
    ? `![Confusion matrix of the ${name} model](../files/weights/${name}/confusion.svg)`
    : '';
  return [
    `# The model \`${name}\``,
    `${card.description}. ${card.intendedUse}`,
    `\`\`\`ts\n${programFor(name)}\`\`\``,
    `## Scores\n\n${metrics.map(metricText).join('\n')}`,
    image && `## Confusion\n\n${image}`,
    `## Classes\n\n${classTable(card.perClass)}`,
    `## Reliability\n\nAccuracy on images that the calibration was not fitted on (every other row of ${calibration.split}), if doubtful answers are left out.\n\n${coverageTable(calibration.coverage)}`,
    ...metrics.filter(({ figures }) => figures && isTable(figures)).map(figureTable),
    calibration.damaged && `## Reliability on damaged images\n\n${damagedText(calibration.damaged)}`,
    card.people && `## People\n\n${peopleTable(card.people)}`,
    `## Limits\n\n${limits(card)}`,
    `## Download\n\n${downloads(name)}`,
    `## The whole card\n\n${factTable(card)}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

const programFor = (name: string) => `import '@tensorflow/tfjs-backend-wasm';
import { loadClassifier } from 'fer-cnn';

const classifier = await loadClassifier('${name}');
console.log(await classifier.classify('face.jpg', { topk: 3 }));
`;

/** Whether figures are accuracies under conditions, such as kinds of damage or groups of people, and not further scores. */
const isTable = (figures: Readonly<Record<string, number>>): boolean => !('macroF1' in figures);

function figureTable({ protocol, date, command, figures }: FullCard['metrics'][number]): string {
  const rows = Object.entries(figures!).map(([what, accuracy]) => `| ${what} | ${(100 * accuracy).toFixed(2)} % |`);
  const title = /damage/.test(protocol) ? 'Damaged images' : `${protocol[0]!.toUpperCase()}${protocol.slice(1)}`;
  return `## ${title}\n\nAccuracy, ${protocol} (${date}, \`${command}\`).\n\n| Kind | Accuracy |\n| --- | --: |\n${rows.join('\n')}`;
}

function downloads(name: string): string {
  const links = FILES.map((file) => `<a href="./${name}/${file}" download>${file}</a>`).join(', ');
  return `${links}. Put them in one folder of your server and pass its URL to \`loadClassifier\`; \`npx fer-cnn export ${name} --out public/${name}\` writes the same files.`;
}

function copyFiles(name: string): void {
  const target = `${CONTENT}public/models/${name}`;
  mkdirSync(target, { recursive: true });
  for (const file of FILES) cpSync(`weights/${name}/${file}`, `${target}/${file}`);
  mkdirSync(`${CONTENT}files/weights/${name}`, { recursive: true });
  cpSync(`weights/${name}/confusion.svg`, `${CONTENT}files/weights/${name}/confusion.svg`);
}
