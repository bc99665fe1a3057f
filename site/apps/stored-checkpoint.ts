import type { CheckpointStore } from 'fer-cnn';

const NAME = 'fer-cnn-checkpoint';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(NAME));
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

async function use<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = ask(database.transaction(NAME, mode).objectStore(NAME));
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error));
    });
  } finally {
    database.close();
  }
}

/** Keeps the checkpoint of a run in the browser, also when the page is closed. */
export const storedCheckpoint = {
  read: () => use<Uint8Array | undefined>('readonly', (store) => store.get('last')),
  write: async (bytes: Uint8Array) => void (await use('readwrite', (store) => store.put(bytes, 'last'))),
  clear: async () => void (await use('readwrite', (store) => store.delete('last'))),
} satisfies CheckpointStore & { clear(): Promise<void> };
