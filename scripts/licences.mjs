// Lists the licenses of all dependencies in docs/licences.md, and refuses those that are not compatible with a package under the MIT license.
// Usage: node scripts/licences.mjs [--update]     without --update it only checks that the list is up to date
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';

const FILE = 'docs/licences.md';
const PERMISSIVE = [
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'NIST-Software',
  'Python-2.0',
];
/** Shared libraries that sharp loads, and tools of which nothing comes into the package: neither binds what uses them. */
const ALLOWED = {
  runtime: [...PERMISSIVE, 'LGPL-3.0-or-later'],
  tools: [...PERMISSIVE, 'LGPL-3.0-or-later', 'MPL-2.0', 'CC-BY-4.0'],
};

const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'));
// What they do not name by a known identifier, read by hand: that of NIST and, for the HDF5 library within, a BSD licence.
packages['node_modules/h5wasm'].license = 'NIST-Software AND BSD-3-Clause';
const root = packages[''];
const nameOf = (path) => path.replace(/^.*node_modules\//, '');

/** Where Node finds a package from a place. */
function resolve(from, name) {
  for (let place = from; ; place = place.replace(/(^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const path = place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`;
    if (path in packages) return path;
    if (place === '') return undefined;
  }
}

/** The packages that some names stand for, with all that they depend on. */
function closure(names) {
  const found = new Set();
  const visit = (from, name) => {
    const path = resolve(from, name);
    if (path === undefined || found.has(path)) return;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = packages[path];
    for (const each of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      visit(path, each);
  };
  for (const name of names) visit('', name);
  return found;
}

const backends = Object.keys(root.devDependencies).filter((name) => name.startsWith('@tensorflow/tfjs-backend-'));
const peers = closure([...Object.keys(root.peerDependencies), ...backends]);
const runtime = Object.keys(packages).filter((path) => peers.has(path));
const tools = Object.keys(packages).filter((path) => path !== '' && !peers.has(path));
/** An expression of SPDX: all parts of an AND, one part of an OR. */
const fits = (licence, allowed) =>
  licence
    .replace(/[()]/g, '')
    .split(' AND ')
    .every((part) => part.split(' OR ').some((one) => allowed.includes(one)));

const refused = [
  ...runtime.map((path) => [path, ALLOWED.runtime]),
  ...tools.map((path) => [path, ALLOWED.tools]),
].filter(([path, allowed]) => !fits(packages[path].license ?? 'none', allowed));
for (const [path] of refused)
  console.error(`${nameOf(path)}: ${packages[path].license ?? 'no licence'} is not among those allowed`);
if (refused.length > 0) process.exit(1);

function list(paths) {
  const groups = {};
  for (const path of paths) (groups[packages[path].license] ??= new Set()).add(nameOf(path));
  return Object.keys(groups)
    .sort()
    .map((licence) => `- **${licence}** (${groups[licence].size}): ${[...groups[licence]].sort().join(', ')}`)
    .join('\n');
}

const text = await format(
  `# Licenses of the dependencies

fer-cnn is under the [MIT license](../LICENSE) and has no dependencies: users install TensorFlow.js with a backend and, for image files and Keras files, optional packages. \`node scripts/licences.mjs --update\` writes this list from the lock file; without \`--update\` it fails if the list is out of date or a license is not compatible.

## What the package contains

- The command-line program bundles \`commander\`, \`cli-progress\` and what these depend on; their licenses are in \`dist/cli/THIRD-PARTY.txt\`.
- The weights of the face detector BlazeFace, by the MediaPipe authors, are under Apache-2.0; license and notice are in \`dist/weights\`.

## What the user installs

The libraries under the LGPL are the shared libraries of libvips, which the optional package sharp loads. They are not in this package.

<!-- runtime:start -->

${list(runtime)}

<!-- runtime:end -->

## Tools

Used to build, test and document. Apart from what is named above, they are not in the package.

<!-- tools:start -->

${list(tools)}

<!-- tools:end -->
`,
  { parser: 'markdown', ...JSON.parse(await readFile('.prettierrc.json', 'utf8')) },
);
if (process.argv.includes('--update')) await writeFile(FILE, text);
else if (text !== (await readFile(FILE, 'utf8').catch(() => ''))) {
  console.error(`${FILE} is out of date. Run node scripts/licences.mjs --update.`);
  process.exit(1);
}
console.log(`${runtime.length} packages that users install and ${tools.length} tools, all under compatible licenses.`);
