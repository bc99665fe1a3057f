import type * as tf from '@tensorflow/tfjs-core';
import { WeightsError } from '../errors';
import type { CardDraft, ModelCard } from './card';
import type { StoredModel } from './decode';
import { specsOf, storedBytes } from './fit';

/** What a download may be told. */
export interface LoadWeightsOptions {
  /** The card, if none lies beside the model. Default: `card.json` beside it. */
  card?: CardDraft | ModelCard;
  /** Stops the download; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called with the share of the weight data that is there, 0..1. */
  onProgress?: (fraction: number) => void;
}

/**
 * Fetches a stored model: `model.json`, the weight files that it names, and `card.json` beside it.
 *
 * @param url Address of `model.json`; a relative one is resolved against the page.
 * @param options Card, signal and progress.
 * @returns The parts, not yet checked against each other.
 * @throws {@link WeightsError} that names the file that is missing or cannot be read.
 */
export async function fetchModel(url: string | URL, options: LoadWeightsOptions = {}): Promise<StoredModel> {
  const { signal } = options;
  const base = absolute(url);
  const json = async (file: URL) => parse(file, await request(file, signal, (response) => response.text()));
  const [modelJson, card] = await Promise.all([json(base), options.card ?? json(new URL('card.json', base))]);
  const total = storedBytes(base.href, specsOf(base.href, modelJson as tf.io.ModelJSON));
  const chunks: BlobPart[] = [];
  let received = 0;
  for (const path of (modelJson as tf.io.ModelJSON).weightsManifest.flatMap(({ paths }) => paths)) {
    await request(new URL(path, base), signal, async ({ body }) => {
      const reader = body!.getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        chunks.push(read.value);
        received += read.value.length;
        options.onProgress?.(Math.min(1, received / total));
      }
    });
  }
  const weights = await new Blob(chunks).arrayBuffer();
  return { modelJson: modelJson as tf.io.ModelJSON, weights, card: card as ModelCard };
}

function absolute(url: string | URL): URL {
  const page = (globalThis as { document?: { baseURI?: string } }).document?.baseURI;
  if (URL.canParse(String(url), page)) {
    const found = new URL(url, page);
    if (found.protocol !== 'file:') return found;
  }
  throw new WeightsError({
    where: 'loadWeights: source',
    expected: 'an address that can be fetched',
    received: JSON.stringify(String(url)),
    remedy: 'Read a directory with loadWeightsDirectory of fer-cnn/node; outside a page, addresses must be absolute.',
  });
}

async function request<T>(
  url: URL,
  signal: AbortSignal | undefined,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  let received = 'none';
  let cause: unknown;
  try {
    const response = await fetch(url, signal ? { signal } : {});
    if (response.ok) return await read(response);
    received = `status ${response.status}`;
  } catch (error) {
    if (signal?.aborted) throw error;
    cause = error;
  }
  const remedy = url.pathname.endsWith('/card.json') ? 'Put it beside model.json or give the option card.' : '';
  const parts = { where: url.href, expected: 'an answer with status 200', received, cause };
  throw new WeightsError(remedy ? { ...parts, remedy } : parts);
}

function parse(url: URL, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WeightsError({ where: url.href, expected: 'JSON', received: JSON.stringify(text.slice(0, 40)), cause });
  }
}
