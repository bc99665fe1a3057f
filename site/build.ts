// Builds the site into site/dist: gathers guides, reference and pages, builds the programs in them, and lets VitePress do the rest.
// Needs the built package (npm run build). Usage: npm run site
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as buildSite } from 'vitepress';
import { build as buildApps } from 'vite';
import { gather } from './content';
import { CONTENT, OUT, ROOT } from './paths';
import { writeServiceWorker } from './offline';

process.chdir(ROOT);
if (!existsSync('dist/weights'))
  throw new Error('npm run site: expected the built package, received none. Run npm run build first.');

/** Gives the pages of the reference the names by which the entries are imported. */
function nameEntries(): void {
  for (const file of readdirSync(`${CONTENT}api`)) {
    const entry = file === 'index.md' ? 'fer-cnn' : `fer-cnn/${file.replace('.md', '')}`;
    const text = readFileSync(`${CONTENT}api/${file}`, 'utf8');
    if (file !== 'entries.md') writeFileSync(`${CONTENT}api/${file}`, text.replace(/^# .+$/m, `# ${entry}`));
  }
}

await gather();
const typedoc = ['node_modules/typedoc/bin/typedoc', '--options', 'site/typedoc.json', '--out', join(CONTENT, 'api')];
execFileSync(process.execPath, typedoc, { stdio: 'inherit' });
nameEntries();
await buildApps({ configFile: 'site/apps/vite.config.ts' });
await buildSite('site');
writeServiceWorker(OUT);
