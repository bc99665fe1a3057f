import type { Command } from 'commander';
import { auditDataset } from 'fer-cnn/curation';
import { startBackend } from './backend';
import { DATA_HELP, isFolder, loadData } from './data';
import { backendOption, command } from './options';
import { print } from './run';

/** `fer-cnn audit`: finds constant images, copies and contradicting labels. */
export function auditCommand(): Command {
  return command('audit', 'Looks for constant images, copies and contradicting labels in a data set.', [
    '--data fer2013.csv.gz',
    '--data faces --json > audit.json',
  ])
    .requiredOption('--data <path>', DATA_HELP)
    .addOption(backendOption())
    .option('--json', 'print all findings and the rows to drop as JSON')
    .action(async ({ data, backend, json }: { data: string; backend?: string; json?: true }) => {
      if (await isFolder(data)) await startBackend(backend); // images are resized by it
      const audit = auditDataset(await loadData(data));
      print(json ? JSON.stringify(audit.toJSON(), null, 2) : audit.toMarkdown());
    });
}
