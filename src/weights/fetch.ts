import type * as tf from '@tensorflow/tfjs-core';
import { WeightsError } from '../errors';
import type { CardDraft, ModelCard } from './card';
import type { StoredModel } from './decode';
import { specsOf, storedBytes } from './fit';

/**
 * What a download may be told.
 *
 * @example
 * ```ts
 * const options: LoadWeightsOptions = { timeoutMs: 10_000, onProgress: (fraction) => console.log(fraction) };
 * const { model } = await loadWeights('https://example.org/models/mine/model.json', options);
 * ```
 */
export interface LoadWeightsOptions {
  /** The card, if none lies beside the model. Default: `card.json` beside it. */
  card?: CardDraft | ModelCard;
  /** Stops the download; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Milliseconds to wait for an answer and then for each further piece of it, 1 or more; `Infinity` waits forever. Default 30,000. For a
   * limit on the whole download give the signal `AbortSignal.timeout(…)`.
   */
  timeoutMs?: number;
  /** Called with the share of the weight data that is there, 0..1. */
  onProgress?: (fraction: number) => void;
}

const JSON_LIMIT = 1 << 26; // bytes; the largest topologies of tfjs have a hundredth of that

/**
 * Fetches a stored model: `model.json`, the weight files that it names, and `card.json` beside it. Nothing is kept of a
 * download that fails, so it may be tried again.
 *
 * @param url Address of `model.json`; a relative one is resolved against the page.
 * @param options Card, signal, timeout and progress.
 * @returns The parts, not yet checked against each other.
 * @throws {@link WeightsError} that names the file that is missing, cannot be read, stands still, or is longer than it may be.
 */
export async function fetchModel(url: string | URL, options: LoadWeightsOptions = {}): Promise<StoredModel> {
  const base = absolute(url);
  const json = async (file: URL) => parse(file, await (await download(file, JSON_LIMIT, options)).text());
  const [modelJson, card] = await Promise.all([json(base), options.card ?? json(new URL('card.json', base))]);
  const total = storedBytes(base.href, specsOf(base.href, modelJson as tf.io.ModelJSON));
  const files: Blob[] = [];
  let received = 0;
  for (const path of (modelJson as tf.io.ModelJSON).weightsManifest.flatMap(({ paths }) => paths)) {
    const report = (bytes: number) => options.onProgress?.(Math.min(1, (received + bytes) / total));
    const file = await download(new URL(path, base), total - received, options, report);
    received += file.size;
    files.push(file);
  }
  const weights = await new Blob(files).arrayBuffer();
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

/** Downloads a file of at most `limit` bytes. */
async function download(
  url: URL,
  limit: number,
  { signal, timeoutMs = 30_000 }: LoadWeightsOptions,
  onBytes?: (received: number) => void,
): Promise<Blob> {
  const fail = (expected: string, received: string, remedy?: string, cause?: unknown) =>
    new WeightsError({ where: url.href, expected, received, cause, ...(remedy && { remedy }) });
  const stop = new AbortController();
  const abort = () => stop.abort(signal!.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    clearTimeout(timer);
    if (timeoutMs === Infinity) return;
    const remedy = 'Try again, or raise the option timeoutMs.';
    timer = setTimeout(() => stop.abort(fail('data', `none for ${timeoutMs} ms`, remedy)), timeoutMs);
  };
  signal?.addEventListener('abort', abort);
  try {
    signal?.throwIfAborted();
    wait();
    const response = await fetch(url, { signal: stop.signal });
    if (!response.ok) {
      void response.body?.cancel();
      const remedy = url.pathname.endsWith('/card.json') ? 'Put it beside model.json or give the option card.' : '';
      throw fail('an answer with status 200', `status ${response.status}`, remedy);
    }
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let received = 0;
    const reader = response.body!.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      wait();
      chunks.push(read.value);
      received += read.value.length;
      if (received > limit) throw fail(`at most ${limit} bytes`, 'more', 'The files do not belong together.');
      onBytes?.(received);
    }
    return new Blob(chunks);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof WeightsError) throw cause;
    throw fail('an answer with status 200', 'none', '', cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    stop.abort();
  }
}

function parse(url: URL, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WeightsError({ where: url.href, expected: 'JSON', received: JSON.stringify(text.slice(0, 40)), cause });
  }
}
