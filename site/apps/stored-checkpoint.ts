import type { CheckpointStore } from 'fer-cnn';

const NAME = 'fer-cnn-checkpoint';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(NAME);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function use<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = ask(database.transaction(NAME, mode).objectStore(NAME));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

/** Keeps the checkpoint of a run in the browser, also when the page is closed. */
export const storedCheckpoint: CheckpointStore = {
  read: () => use<Uint8Array | undefined>('readonly', (store) => store.get('last')),
  write: async (bytes) => void (await use('readwrite', (store) => store.put(bytes, 'last'))),
};
