import { expect, it } from 'vitest';
import { runWorkers } from '../../src/node/worker-pool';

it('processes no batch if the signal was aborted before the workers start', async () => {
  const reason = new Error('enough');
  const written: unknown[] = [];
  let pulled = 0;
  async function* batches(): AsyncGenerator<readonly string[]> {
    for (; pulled < 3; pulled++) yield ['a.png'];
  }
  const settings = { dir: '.', backend: 'nowhere', model: 'default', topk: undefined, faces: false };
  const write = async (results: unknown) => void written.push(results);
  await expect(runWorkers(2, settings, batches(), write, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect([pulled, written]).toEqual([0, []]);
});
