import type * as tf from '@tensorflow/tfjs-core';
import { WeightsError, weightsError } from '../errors';
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
 * @throws {@link WeightsError} that names the file that is missing, cannot be read, stands still, or is longer than it may be;
 *   the signal's reason; what `onProgress` throws.
 */
export async function fetchModel(url: string | URL, options: LoadWeightsOptions = {}): Promise<StoredModel> {
  const base = absolute(url);
  const { signal, onProgress, timeoutMs } = options;
  const stop = new AbortController();
  const abort = () => stop.abort(signal!.reason);
  signal?.addEventListener('abort', abort);
  try {
    const json = async (file: URL) => parse(file, await (await download(file, JSON_LIMIT, stop, timeoutMs)).text());
    const [modelJson, card] = await Promise.all([json(base), options.card ?? json(new URL('card.json', base))]);
    const total = storedBytes(base.href, specsOf(base.href, modelJson as tf.io.ModelJSON));
    const files: Blob[] = [];
    let received = 0;
    for (const path of (modelJson as tf.io.ModelJSON).weightsManifest.flatMap(({ paths }) => paths)) {
      const report = (bytes: number) => onProgress?.(Math.min(1, (received + bytes) / total));
      const file = await download(new URL(path, base), total - received, stop, timeoutMs, report);
      received += file.size;
      files.push(file);
    }
    const weights = await new Blob(files).arrayBuffer();
    return { modelJson: modelJson as tf.io.ModelJSON, weights, card: card as ModelCard };
  } finally {
    signal?.removeEventListener('abort', abort);
    stop.abort(); // what a failure left under way
  }
}

function absolute(url: string | URL): URL {
  const page = (globalThis as { document?: { baseURI?: string } }).document?.baseURI;
  if (URL.canParse(String(url), page)) {
    const found = new URL(url, page);
    if (found.protocol !== 'file:' && URL.canParse('card.json', found.href)) return found;
  }
  throw weightsError(
    'loadWeights: source',
    'an address that can be fetched and has others beside it',
    JSON.stringify(String(url)),
    'Read a directory with loadWeightsDirectory of fer-cnn/node; outside a page, addresses must be absolute.',
  );
}

/** Downloads a file of at most `limit` bytes; `stop` ends it, and is used when nothing comes for too long. */
async function download(
  url: URL,
  limit: number,
  stop: AbortController,
  timeoutMs = 30_000,
  onBytes?: (received: number) => void,
): Promise<Blob> {
  const fail = (expected: string, received: string, remedy?: string, cause?: unknown) =>
    new WeightsError({ where: url.href, expected, received, cause, ...(remedy && { remedy }) });
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  /** Waits for the answer or a piece of it. */
  const wait = async <T>(step: Promise<T>, expected: string): Promise<T> => {
    const late = () =>
      stop.abort(fail('data', `none for ${timeoutMs} ms`, 'Try again, or raise the option timeoutMs.'));
    const timer = timeoutMs < Infinity ? setTimeout(late, timeoutMs) : undefined;
    try {
      return await step;
    } catch (cause) {
      stop.signal.throwIfAborted();
      throw fail(expected, received ? `${received} of its bytes` : 'none', '', cause);
    } finally {
      clearTimeout(timer);
    }
  };
  const response = await wait(fetch(url, { signal: stop.signal }), 'an answer with status 200');
  if (!response.ok || !response.body) {
    const remedy = url.pathname.endsWith('/card.json') ? 'Put it beside model.json or give the option card.' : '';
    throw fail('an answer with status 200', `status ${response.status}`, remedy);
  }
  const reader = response.body.getReader();
  const next = () => wait(reader.read(), 'the whole file');
  for (let read = await next(); !read.done; read = await next()) {
    chunks.push(read.value);
    received += read.value.length;
    if (received > limit) throw fail(`at most ${limit} bytes`, 'more', 'The files do not belong together.');
    onBytes?.(received);
  }
  return new Blob(chunks);
}

function parse(url: URL, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WeightsError({ where: url.href, expected: 'JSON', received: JSON.stringify(text.slice(0, 40)), cause });
  }
}
