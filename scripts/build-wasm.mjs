// Compiles the modules of assembly/ and writes each as base64 into src/kernels/NAME-bytes.ts, beside the hash of all files of assembly/.
// The compiler is fetched for this run alone. Usage: node scripts/build-wasm.mjs
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMPILER = 'assemblyscript@0.28.20';
const MODULES = ['winograd', 'separable'];
const FLAGS = '-O3 --noAssert --disableWarning --runtime stub --importMemory --initialMemory 0 --enable simd'.split(
  ' ',
);

const hash = createHash('sha256');
for (const file of (await readdir('assembly')).sort()) hash.update(await readFile(join('assembly', file)));
const sha256 = hash.digest('hex');
const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-wasm-'));
try {
  for (const name of MODULES) {
    const source = `assembly/${name}.ts`;
    const target = `src/kernels/${name}-bytes.ts`;
    const output = join(folder, `${name}.wasm`);
    const command = ['exec', '--yes', `--package=${COMPILER}`, '--', 'asc', source, '-o', output, ...FLAGS];
    execFileSync('npm', command, { stdio: 'inherit' });
    const bytes = await readFile(output);
    const text = `// Made by node scripts/build-wasm.mjs from ${source}.

/** SHA-256 of the files of assembly/, in the order of their names, from which these bytes were compiled. */
export const SOURCE_SHA256 = '${sha256}';

/** The WebAssembly module in base64. */
export const ${name.toUpperCase()}_BASE64 =
  '${bytes.toString('base64')}';
`;
    await writeFile(target, text);
    console.log(`${target}: ${bytes.length} bytes of WebAssembly`);
  }
} finally {
  await rm(folder, { recursive: true });
}
