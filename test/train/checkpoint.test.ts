import { describe, expect, it } from 'vitest';
import { TrainingError } from '../../src/errors';
import { decodeCheckpoint, encodeCheckpoint, memoryCheckpoint } from '../../src/train/checkpoint';

const checkpoint = () => ({
  state: { epoch: 3, note: 'ä' },
  tensors: [
    { name: 'model/0', shape: [2, 2], dtype: 'float32' as const, data: Float32Array.of(1, -0.5, 1e-30, 3) },
    { name: 'optimizer/0', shape: [], dtype: 'int32' as const, data: Int32Array.of(7) },
  ],
});

describe('a checkpoint', () => {
  it('reads back what was written', () => {
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint()))).toEqual(checkpoint());
  });

  it('reads back from the middle of a larger buffer', () => {
    const bytes = encodeCheckpoint(checkpoint());
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 3);
    expect(decodeCheckpoint(larger.subarray(3, 3 + bytes.length))).toEqual(checkpoint());
  });

  it('is refused if any byte is changed or missing', () => {
    const bytes = encodeCheckpoint(checkpoint());
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 0x10;
      expect(() => decodeCheckpoint(changed), `byte ${at}`).toThrow(TrainingError);
      expect(() => decodeCheckpoint(bytes.subarray(0, at)), `length ${at}`).toThrow(TrainingError);
    }
  });

  it('is kept by the store in memory as a copy', async () => {
    const store = memoryCheckpoint();
    expect(await store.read()).toBeUndefined();
    const bytes = Uint8Array.of(1, 2);
    await store.write(bytes);
    bytes[0] = 9;
    expect(await store.read()).toEqual(Uint8Array.of(1, 2));
  });
});
