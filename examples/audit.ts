/** Looks for constant images, copies and contradictions in FER2013: `npm run audit -- --data fer2013.csv.gz`. */
import { writeFile } from 'node:fs/promises';
import { auditDataset } from 'fer-cnn/curation';
import { readFer2013 } from 'fer-cnn/node';
import { cli } from './support/cli';
import { main } from './support/main';

const options = cli('audit', 'Looks for constant images, copies and contradicting labels in FER2013.')
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .option('--json <file>', 'also write all findings and the rows to drop as JSON')
  .parse()
  .opts<{ data: string; json?: string }>();

await main(async () => {
  const audit = auditDataset(await readFer2013(options.data));
  console.log(audit.toMarkdown());
  if (options.json) await writeFile(options.json, JSON.stringify(audit.toJSON(), null, 2));
});
