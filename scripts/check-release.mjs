// Refuses to release unless tag, version, list of changes and repository agree.
// Usage: node scripts/check-release.mjs TAG OWNER/REPOSITORY      for instance v0.1.0 someone/fer-cnn
import { readFile } from 'node:fs/promises';

const [tag, repository] = process.argv.slice(2);
const manifest = JSON.parse(await readFile('package.json', 'utf8'));
const changes = await readFile('CHANGELOG.md', 'utf8');
const { version } = manifest;
const heading = changes.match(/^## (.*)$/m)?.[1];

const faults = [
  tag === `v${version}` || `the tag is ${tag}, the version in package.json ${version}`,
  new RegExp(`^${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d\\d-\\d\\d\\)$`).test(heading) ||
    `CHANGELOG.md begins with "${heading}", not with "${version} (YYYY-MM-DD)"`,
  JSON.stringify(manifest.repository ?? '').includes(repository) ||
    `"repository" in package.json does not name ${repository}, without which there is no provenance`,
].filter((each) => each !== true);

for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
