/* global CACHE, FILES -- written before this file by offline.ts */

const at = (file) => new URL(file, registration.scope).href;

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.map(at))));
});

addEventListener('activate', (event) => {
  const removeOld = async () => {
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name.startsWith('fer-cnn-') && name !== CACHE).map((name) => caches.delete(name)),
    );
    await clients.claim();
  };
  event.waitUntil(removeOld());
});

/** Pages are fetched first, so that they are never old; everything else is kept first, since names change with contents. */
async function answer(request) {
  const cache = await caches.open(CACHE);
  const isPage = request.mode === 'navigate';
  const url = new URL(request.url);
  if (url.pathname.endsWith('/')) url.pathname += 'index.html';
  const kept = () => cache.match(url.href, { ignoreSearch: true });
  const found = isPage ? undefined : await kept();
  if (found) return found;
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(url.href.split('?')[0], response.clone());
    return response;
  } catch (error) {
    const old = await kept();
    if (old) return old;
    throw error;
  }
}

addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(registration.scope)) event.respondWith(answer(event.request));
});
