// Loaded before a program of the guides: https://example.org is the folder `served`, and nothing else of the network can be reached.
import { readFile } from 'node:fs/promises';

const { fetch } = globalThis;

globalThis.fetch = async (input, init) => {
  const { protocol, origin, pathname } = new URL(input.url ?? input);
  if (protocol === 'data:' || protocol === 'blob:') return fetch(input, init);
  if (origin !== 'https://example.org') throw new Error(`unexpected request to ${origin}`);
  const content = await readFile(`served${pathname}`).catch(() => undefined);
  return new Response(content, { status: content ? 200 : 404 });
};
