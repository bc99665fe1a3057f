// Builds the site into site/dist: gathers guides, reference and pages, and lets VitePress do the rest.
// Usage: npm run site
import { execFileSync } from 'node:child_process';
import { build } from 'vitepress';
import { gather } from './content';
import { CONTENT, ROOT } from './paths';

process.chdir(ROOT);
const run = (file: string, ...args: string[]) => execFileSync(process.execPath, [file, ...args], { stdio: 'inherit' });

gather();
run('node_modules/typedoc/bin/typedoc', '--options', 'site/typedoc.json', '--out', `${CONTENT}api`);
await build('site');
