/**
 * A wider compact model that begins where a narrower one stands: channels are copied, and what reads a copied channel divides its weights by
 * the number of copies, so that both models compute the same. A little noise sets the copies apart.
 * `npx tsx research/grow.ts --from compact --filters 32 64 128 256 --out runs/compact-wide`, then `fer-cnn train --from runs/compact-wide`.
 * Source: Chen et al. 2016 (arXiv:1511.05641).
 */
import { basename } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type CardDraft, createModel, loadModel, saveModel, type LoadedModel } from 'fer-cnn';
import { BACKENDS, startBackend } from '../src/cli/backend';
import { count, MODEL_HELP, wholeNumber } from '../src/cli/options';
import { today } from '../src/cli/store';
import { Random } from '../src/random';
import { cli } from './support/cli';
import { main } from './support/main';
import { nameOfRun } from './support/name-of-run';

const NOISE = 0.05; // of each copied weight, its standard deviation over the weight

interface Options {
  from: string;
  filters: number[];
  seed: number;
  out: string;
  backend?: string;
}

const options = cli('research/grow.ts', 'Stores a wider compact model that computes what a trained one does.')
  .requiredOption('--from <model>', `trained compact model: ${MODEL_HELP}`)
  .requiredOption('--filters <n...>', 'channels of each block', (text: string, list?: number[]) => [
    ...(list ?? []),
    count(text),
  ])
  .requiredOption('--out <dir>', 'directory for the weights')
  .option('--seed <n>', 'seed of the channels that are copied, and of the noise', wholeNumber, 1)
  .option('--backend <name>', `one of ${BACKENDS.join(', ')} (default: the first that is installed)`)
  .parse()
  .opts<Options>();

await main(async () => {
  await startBackend(options.backend, BACKENDS);
  const narrow = await loadModel(options.from);
  const { filters, seed } = options;
  const wide = createModel('compact', { conv: { filters }, seed, classNames: narrow.card.classNames });
  const random = new Random(seed);
  let sources: readonly number[] = [0]; // for each channel of the input, the channel of the narrow model that it copies
  for (const [i, layer] of wide.layers.entries()) {
    const small = narrow.model.layers[i]!.getWeights();
    if (small.length === 0) continue;
    const large = layer.getWeights();
    const isNorm = small.every(({ rank }) => rank === 1);
    const outputs = isNorm ? sources : copiesOf(small.at(-1)!.size, large.at(-1)!.size, random);
    layer.setWeights(
      tf.tidy(() =>
        small.map((weight) => (weight.rank === 1 ? pick(weight, outputs) : widen(weight, sources, outputs, random))),
      ),
    );
    sources = outputs;
  }
  await saveModel(options.out, wide, { card: draftOf(narrow), dtype: 'float32' });
  console.log(options.out);
});

/** Each channel of a wider layer, as the channel that it copies: first all, then some again. */
function copiesOf(before: number, after: number, random: Random): number[] {
  if (after < before)
    throw new Error(`--filters ${options.filters.join(' ')}: expected at least ${before} channels, received ${after}.`);
  return Array.from({ length: after }, (_, i) => (i < before ? i : random.integer(before)));
}

function pick(weight: tf.Tensor, channels: readonly number[]): tf.Tensor {
  return tf.gather(weight, [...channels], weight.rank - 1);
}

/** A kernel `[…, inputs, outputs]` of the wider layer. */
function widen(kernel: tf.Tensor, inputs: readonly number[], outputs: readonly number[], random: Random): tf.Tensor {
  const copies = inputs.map((channel) => inputs.filter((other) => other === channel).length);
  const shares = tf.tensor(
    copies.map((n) => 1 / n),
    [inputs.length, 1],
  );
  const spread = tf.tensor(
    inputs.map((channel, i) => (copies[i]! > 1 ? NOISE : 0)),
    [inputs.length, 1],
  );
  const wide = pick(tf.gather(kernel, [...inputs], kernel.rank - 2), outputs);
  const noise = tf.randomNormal(wide.shape, 0, 1, 'float32', random.uint32());
  return tf.mul(tf.mul(wide, shares), tf.add(1, tf.mul(noise, spread)));
}

/** The card of the narrow model, with the command that widened it. */
function draftOf({ card }: LoadedModel): CardDraft {
  const { classNames, preprocessing, data, training } = card;
  if (!training) throw new Error(`--from ${options.from}: expected a card that says how it was trained.`);
  const { from, filters, seed, out } = options;
  const own = `npx tsx research/grow.ts --from ${nameOfRun(from, card)} --filters ${filters.join(' ')} --seed ${seed} --out runs/${basename(out)}`;
  return {
    name: 'compact',
    architecture: 'compact',
    classNames,
    preprocessing,
    ...(data && { data }),
    training: {
      ...training,
      command: `${training.command} && ${own}`,
      recipe: `${training.recipe}; then widened to ${filters.join(', ')} channels`,
      date: today(),
    },
  };
}
