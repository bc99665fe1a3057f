import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('the check before a release', () => {
  let directory = '';
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'fer-cnn-release-'))));
  afterAll(() => rm(directory, { recursive: true }));

  /** What the check says about a tag, in a folder with such a heading and such a repository. */
  async function check(tag: string, heading: string, repository?: string): Promise<{ status: number; faults: string }> {
    await writeFile(join(directory, 'package.json'), JSON.stringify({ version: '1.2.3', repository }));
    await writeFile(join(directory, 'CHANGELOG.md'), `# Changes\n\n## ${heading}\n\n## 1.2.2 (2020-01-01)\n`);
    const program = join(ROOT, 'scripts/check-release.mjs');
    const { status, stderr } = spawnSync(process.execPath, [program, tag, 'someone/fer-cnn'], {
      cwd: directory,
      encoding: 'utf8',
    });
    return { status: status!, faults: stderr };
  }

  const url = 'git+https://github.com/someone/fer-cnn.git';

  it('passes where tag, version, list of changes and repository agree', async () => {
    expect(await check('v1.2.3', '1.2.3 (2030-01-31)', url)).toEqual({ status: 0, faults: '' });
  });

  it.each([
    ['v1.2.4', '1.2.3 (2030-01-31)', url, /^the tag is v1\.2\.4, the version in package\.json 1\.2\.3\n$/],
    ['v1.2.3', '1.2.3 (unreleased)', url, /^CHANGELOG\.md begins with "1\.2\.3 \(unreleased\)"/],
    ['v1.2.3', '1.2.3 (2030-01-31)', undefined, /^"repository" .* without which there is no provenance\n$/],
  ])('refuses the tag %s with the heading "%s" and the repository %s', async (tag, heading, repository, message) => {
    const { status, faults } = await check(tag, heading, repository);
    expect(status).toBe(1);
    expect(faults).toMatch(message);
  });

  it('comes before publishing with provenance in the workflow', async () => {
    const workflow = await readFile(join(ROOT, '.github/workflows/release.yml'), 'utf8');
    expect(workflow).toMatch(/id-token: write[^]*check-release\.mjs[^]*\.ci\/run[^]*npm publish --provenance/);
  });
});
