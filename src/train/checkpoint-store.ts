/**
 * Where a run keeps its checkpoint. `write` must replace the old one whole or not at all. `fer-cnn/node` has one for files;
 * {@link memoryCheckpoint} keeps it in memory.
 */
export interface CheckpointStore {
  /**
   * Reads the checkpoint.
   * @returns The bytes last written, or undefined if there are none.
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Replaces the checkpoint.
   * @param bytes The new checkpoint; borrowed.
   */
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Creates a checkpoint store in memory.
 *
 * @returns The store.
 * @example
 * ```ts
 * const store = memoryCheckpoint();
 * await train(model, dataset, { epochs: 2, checkpoint: { store } });
 * ```
 */
export function memoryCheckpoint(): CheckpointStore {
  let kept: Uint8Array | undefined;
  return { read: async () => kept, write: async (bytes) => void (kept = bytes.slice()) };
}
