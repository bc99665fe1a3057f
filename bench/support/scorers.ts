import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EMOTIONS, loadModel, predict } from 'fer-cnn';
import { argmaxRows } from 'fer-cnn/metrics';
import { installRivals, rivalTitle, type RivalName } from './rivals';

/** The rivals whose networks are scored. */
export const RIVAL_NAMES = ['human', 'face-api'] as const satisfies readonly RivalName[];

/** A network that is to be scored. */
export interface Scorer {
  title: string;
  /** Tells it apart from all others; fit for a file's name. */
  id: string;
  /** The most probable class of each picture, `[n, 48, 48]` of bytes. */
  classify: (images: Uint8Array) => Promise<number[]>;
  close: () => void;
}

/** Weights of this package, bundled or of a directory, on the backend that is active. */
export async function networkScorer(source: string): Promise<Scorer> {
  const { model, card } = await loadModel(source);
  const shape = { height: 48, width: 48, channels: 1, numClasses: EMOTIONS.length };
  return {
    title: `fer-cnn, ${basename(source)}`,
    id: `${card.name}-${card.weights!.sha256!.slice(0, 12)}`,
    async classify(images) {
      const size = images.length / (48 * 48);
      const unknown = { labels: new Uint8Array(size).fill(255), targets: undefined, sampleWeights: undefined };
      const probabilities = await predict(
        model,
        { ...shape, ...unknown, size, images },
        { preprocessing: card.preprocessing, batchSize: 128 },
      );
      return argmaxRows(probabilities, EMOTIONS.length);
    },
    close: () => model.dispose(),
  };
}

/** A rival's network on WASM, in a process of its own. */
export function rivalScorer(name: RivalName): Scorer {
  const home = installRivals((text) => console.error(text));
  if (home === undefined) throw new Error('The rivals could not be installed: is there a network?');
  const program = fileURLToPath(new URL('../rivals/score.cjs', import.meta.url));
  const title = rivalTitle(name, home);
  return {
    title,
    id: basename(title.replace(' ', '-')),
    async classify(images) {
      return argmaxRows(rivalProbabilities(program, name, home, images), EMOTIONS.length);
    },
    close: () => undefined,
  };
}

function rivalProbabilities(program: string, name: RivalName, home: string, images: Uint8Array): Float32Array {
  const folder = mkdtempSync(join(tmpdir(), 'fer-cnn-robustness-'));
  try {
    const pixels = join(folder, 'pixels.bin');
    writeFileSync(pixels, images);
    const printed = execFileSync(process.execPath, [program, name, home, pixels], { cwd: home, maxBuffer: 1 << 28 });
    return Float32Array.from((JSON.parse(String(printed)) as number[][]).flat());
  } finally {
    rmSync(folder, { recursive: true });
  }
}
