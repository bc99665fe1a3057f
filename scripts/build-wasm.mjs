// Compiles assembly/winograd.ts and what it imports, and writes it as base64 into src/kernels/winograd-bytes.ts, beside the hash of all
// files of assembly/. The compiler is fetched for this run alone. Usage: node scripts/build-wasm.mjs
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMPILER = 'assemblyscript@0.28.20';
const SOURCE = 'assembly/winograd.ts';
const TARGET = 'src/kernels/winograd-bytes.ts';

const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-wasm-'));
try {
  const output = join(folder, 'winograd.wasm');
  const flags = [
    '-O3',
    '--noAssert',
    '--disableWarning',
    '--runtime',
    'stub',
    '--importMemory',
    '--initialMemory',
    '0',
  ];
  const command = [
    'exec',
    '--yes',
    `--package=${COMPILER}`,
    '--',
    'asc',
    SOURCE,
    '-o',
    output,
    ...flags,
    '--enable',
    'simd',
  ];
  execFileSync('npm', command, { stdio: 'inherit' });
  const bytes = await readFile(output);
  const hash = createHash('sha256');
  for (const file of (await readdir('assembly')).sort()) hash.update(await readFile(join('assembly', file)));
  const text = `// Made by node scripts/build-wasm.mjs from ${SOURCE}.

/** SHA-256 of the files of assembly/, in the order of their names, from which these bytes were compiled. */
export const SOURCE_SHA256 = '${hash.digest('hex')}';

/** The WebAssembly module in base64. */
export const WINOGRAD_BASE64 =
  '${bytes.toString('base64')}';
`;
  await writeFile(TARGET, text);
  console.log(`${TARGET}: ${bytes.length} bytes of WebAssembly`);
} finally {
  await rm(folder, { recursive: true });
}
