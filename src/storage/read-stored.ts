import { locate } from '#platform';
import type * as tf from '@tensorflow/tfjs-core';
import { inputError, WeightsError, weightsError, within } from '../errors';
import { kindOf } from '../file-kind';
import type { ReadFailure } from '../platform/platform';
import { type ReadOptions, readFile } from '../platform/read';
import { describe, isObject } from '../validate';
import { BUNDLED_MODELS } from './bundled';
import type { CardDraft } from './card';
import type { StoredModel } from './decode';
import { specsOf, storedBytes } from './fit';

/**
 * Options of {@link loadModel}.
 */
export interface LoadModelOptions {
  /** What is known about the model, if it comes without a card or knows it better. Default: `card.json` beside it, or its metadata. */
  card?: CardDraft | undefined;
  /** Stops the loading; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds to wait for an answer and then for each further piece of it, 1 or more; `Infinity` waits forever. Default 30,000. For a
   * limit on the whole download give the signal `AbortSignal.timeout(…)`.
   */
  timeoutMs?: number | undefined;
  /** Called with the share of the weight data that is there, 0..1. */
  onProgress?: ((fraction: number) => void) | undefined;
}

const JSON_BYTES = 1 << 26; // the largest topologies of tfjs have a hundredth of that

/**
 * Reads a model that was stored as files: `model.json`, the weight files that it names, and `card.json` beside it, if there is one.
 * Nothing is kept of a download that fails, so it may be tried again.
 *
 * @param source Path or URL of the directory, or of its `model.json`.
 * @returns The parts, not yet checked against each other.
 * @throws {@link WeightsError} that names the file that is missing, cannot be read, stands still, or is longer than it may be;
 *   the signal's reason; what `onProgress` throws.
 */
export async function readStored(source: string | URL, options: LoadModelOptions): Promise<StoredModel> {
  const { signal } = options;
  const stop = new AbortController(); // also what is still under way when one file fails
  const abort = () => stop.abort(signal!.reason);
  signal?.addEventListener('abort', abort);
  try {
    return await readParts(source, { ...options, signal: stop.signal });
  } finally {
    signal?.removeEventListener('abort', abort);
    stop.abort();
  }
}

async function readParts(source: string | URL, options: LoadModelOptions): Promise<StoredModel> {
  const { file, beside } = placesOf(source);
  const { signal, timeoutMs, onProgress } = options;
  const read = async (place: string | URL, more: Partial<ReadOptions> = {}) => {
    const fail: ReadFailure = (parts) =>
      new WeightsError({ where: `loadModel: ${place}`, ...parts, remedy: parts.remedy ?? remedyFor(source) });
    const onResponse = (response: Response) => checkServer(place, response);
    return within('loadModel: source', () => readFile(place, { fail, signal, timeoutMs, onResponse, ...more }));
  };
  const json = async (place: string | URL) => parse(place, await read(place, { maxBytes: JSON_BYTES }));
  const readCard = async (place: string | URL) => {
    const card = await json(place).catch(ignoreMissing);
    if (card === undefined || isObject(card)) return card as CardDraft | undefined;
    throw weightsError(`loadModel: ${place}`, 'an object', describe(card));
  };
  const [modelJson, card] = await Promise.all([
    json(file) as Promise<tf.io.ModelJSON>,
    options.card ?? readCard(beside('card.json')),
  ]);
  const total = within(`${file}`, () => storedBytes(specsOf(`${file}`, modelJson)));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  for (const path of modelJson.weightsManifest.flatMap(({ paths }) => paths)) {
    const onBytes = (bytes: number) => onProgress?.(Math.min(1, (received + bytes) / total));
    const part = await read(beside(path), { maxBytes: total - received, onBytes });
    received += part.length;
    parts.push(part);
  }
  if (received < total) {
    const kind = parts.map(kindOf).find((each) => each !== undefined); // weights may begin like anything, if all are there
    if (kind) throw weightsError(`${file}: weights`, `${total} bytes`, kind.name, kind.remedy);
  }
  const weights = parts.length === 1 ? bufferOf(parts[0]!) : await new Blob(parts).arrayBuffer();
  return { modelJson, weights, card };
}

/** A name without folders may be meant as that of bundled weights. */
function remedyFor(source: string | URL): string | undefined {
  if (typeof source !== 'string' || /[/\\.:]/.test(source)) return undefined;
  return `The bundled models are ${BUNDLED_MODELS.map((name) => `'${name}'`).join(', ')}.`;
}

/** Where `model.json` is, and what gives the place of a file beside it. */
export function placesOf(source: string | URL): { file: string | URL; beside: (path: string) => string | URL } {
  const found = whereIs(source);
  if (typeof found === 'string') {
    const file = jsonOf(found);
    return { file, beside: (path) => `${folderOf(file)}${path}` };
  }
  const [, address, query] = /^([^?#]*)(.*)$/s.exec(found.href)!;
  const file = jsonOf(address!);
  const folder = folderOf(file);
  if (!/^(https?|file):$/.test(found.protocol)) {
    throw inputError('loadModel: source', 'a URL that others can be beside', `a ${found.protocol} URL`);
  }
  return { file: new URL(`${file}${query}`), beside: (path) => besideUrl(folder, path) };
}

function whereIs(source: string | URL): string | URL {
  try {
    return locate(source);
  } catch {
    throw inputError('loadModel: source', 'a path or URL', describe(source));
  }
}

const jsonOf = (place: string) => (/\.json$/i.test(place) ? place : `${place.replace(/[/\\]$/, '')}/model.json`);

const folderOf = (file: string) => file.replace(/[^/\\]*$/, '');

/** A file beside another. What URL parsing does to a path, such as leaving out tabs, must not lead elsewhere. */
function besideUrl(folder: string, path: string): URL {
  const url = new URL(path.split('/').map(encodeURIComponent).join('/'), folder);
  if (url.href.startsWith(folder)) return url;
  throw weightsError(`loadModel: ${folder}`, 'weight files beside model.json', JSON.stringify(path));
}

/** Throws if the answer comes from another server than was asked, after redirects. */
function checkServer(place: string | URL, { url }: Response): void {
  const asked = String(place);
  if (url === '' || !/^https?:/i.test(asked) || new URL(url).origin === new URL(asked).origin) return;
  const received = `a redirection to ${new URL(url).origin}`;
  const remedy = 'Pass the address that it leads to, if you trust that server.';
  throw weightsError(`loadModel: ${asked}`, 'an answer from the server that was asked', received, remedy);
}

function bufferOf(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}

/** A card that is not there is none; any other failure is one. */
function ignoreMissing(error: unknown): undefined {
  const isMissing =
    error instanceof WeightsError &&
    ((error.cause as { code?: string } | undefined)?.code === 'ENOENT' || / status (404|410)\b/.test(error.message));
  if (!isMissing) throw error;
}

function parse(place: string | URL, bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const kind = kindOf(bytes);
    throw new WeightsError({
      where: `loadModel: ${place}`,
      expected: 'JSON',
      received: kind?.name ?? JSON.stringify(text.slice(0, 40)),
      remedy: kind?.remedy,
      cause,
    });
  }
}
