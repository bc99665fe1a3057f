import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { listModels } from 'fer-cnn';
import { digits, type Bench } from '../support/section';
import { installRivals, rivalTitle } from '../support/rivals';

const [DEFAULT_MODEL] = listModels();
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EVERYTHING = "import * as all from 'fer-cnn'; console.log(all)";
const CLASSIFY = "import { classify } from 'fer-cnn'; console.log(classify)";

/** Size of what a page has to load. */
export const size: Bench = {
  name: 'size',
  async *run(context) {
    const home = installRivals(context.say);
    context.say('bundles');
    const weights = readFileSync(`${ROOT}weights/${DEFAULT_MODEL}/weights.bin`);
    const rows = [
      row("import { classify } from 'fer-cnn'", await bundle(CLASSIFY, ['@tensorflow/*'])),
      row('everything of fer-cnn', await bundle(EVERYTHING, ['@tensorflow/*'])),
      row('classify with TensorFlow.js core and layers, without a backend', await bundle(CLASSIFY, [])),
      row(`weights of the default, ${DEFAULT_MODEL}`, weights),
    ];
    if (home) {
      const at = (path: string) => readFileSync(join(home, 'node_modules/@vladmandic', path));
      rows.push(
        row(`${rivalTitle('human', home)}, with TensorFlow.js and backends`, at('human/dist/human.esm.js')),
        row('its emotion network', at('human/models/emotion.bin')),
        row(`${rivalTitle('face-api', home)}, with TensorFlow.js and backends`, at('face-api/dist/face-api.esm.js')),
        row('its expression network', at('face-api/model/face_expression_model.bin')),
      );
    }
    const note =
      'Minified by esbuild for the browser, with all chunks that are loaded only when they are needed. The weights are loaded at ' +
      'the first use; as a module, in base64, they are a third larger before gzip.';
    yield { title: 'Size', head: ['', 'kB', 'gzipped, kB'], rows, note, data: rows };
  },
};

/** The built package in a bundle for the browser, without the packages that are external and without weights. */
async function bundle(contents: string, external: string[]): Promise<Uint8Array> {
  if (!existsSync(`${ROOT}dist/index.js`)) throw new Error('dist is missing: run npm run build first');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['fer-cnn/weights/*', ...external],
    tsconfigRaw: {}, // so that fer-cnn is the built package and not src
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}

function row(name: string, bytes: Uint8Array): string[] {
  return [name, digits(bytes.length / 1000), digits(gzipSync(bytes).length / 1000)];
}
