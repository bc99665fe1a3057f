import type { Platform } from './platform';

const SLICE = 1 << 16;
const NOTHING = new Uint8Array(0);

/**
 * See {@link Platform.gunzip}. `DecompressionStream` takes one gzip member, and Chromium refuses what follows it. So each place where a
 * member could begin is looked at: if the four bytes before it are the length of what came out, the member ends there.
 */
export const gunzip: Platform['gunzip'] = async function* (chunks, damaged) {
  let member = new Member(damaged);
  let held = NOTHING; // the last two bytes, with which a magic number could begin
  try {
    for await (const slice of slices(chunks)) {
      const data = concat(held, slice);
      let from = 0;
      for (let at = findMember(data, 0); at >= 0; at = findMember(data, at + 1)) {
        yield* member.feed(data.subarray(from, at));
        from = at;
        if (member.isFed && (yield* member.isAtEnd())) {
          yield* member.end();
          member = new Member(damaged);
        }
      }
      const to = Math.max(from, data.length - 2);
      yield* member.feed(data.subarray(from, to));
      held = data.slice(to);
    }
    yield* member.feed(held);
    yield* member.end();
  } finally {
    member.close();
  }
};

/** One gzip member. It is fed slice by slice, each when the output of the one before has been taken. */
class Member {
  readonly #writer: WritableStreamDefaultWriter<BufferSource>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #damaged: (cause: unknown) => Error;
  #next: Promise<ReadableStreamReadResult<Uint8Array>>;
  #tail: Uint8Array = NOTHING; // the last four bytes fed: at its end, the length of what comes out
  #length = 0;

  constructor(damaged: (cause: unknown) => Error) {
    const { readable, writable } = new DecompressionStream('gzip');
    this.#writer = writable.getWriter();
    this.#reader = readable.getReader();
    this.#damaged = damaged;
    this.#next = quiet(this.#reader.read());
  }

  get isFed(): boolean {
    return this.#tail.length > 0;
  }

  async *feed(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
    if (bytes.length === 0) return;
    this.#tail = concat(this.#tail, bytes).slice(-4);
    yield* this.#until(quiet(this.#writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => undefined)));
  }

  /** Whether the last bytes fed are the length of all that came out, which is first waited for. */
  async *isAtEnd(): AsyncGenerator<Uint8Array, boolean> {
    yield* this.#until(new Promise((resolve) => setTimeout(resolve, 5)));
    if (this.#tail.length < 4) return false;
    return new DataView(this.#tail.buffer).getUint32(0, true) === this.#length >>> 0;
  }

  async *end(): AsyncGenerator<Uint8Array, void> {
    quiet(this.#writer.close());
    yield* this.#until();
  }

  close(): void {
    quiet(this.#writer.abort());
    quiet(this.#reader.cancel());
  }

  /** What comes until a promise is fulfilled, or to the end. */
  async *#until(over?: Promise<undefined>): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const out = await this.#settle(over ? Promise.race([this.#next, over]) : this.#next);
      if (!out?.value) return;
      this.#length += out.value.length;
      this.#next = quiet(this.#reader.read());
      yield out.value;
    }
  }

  async #settle<T>(step: Promise<T>): Promise<T> {
    try {
      return await step;
    } catch (cause) {
      throw this.#damaged(cause);
    }
  }
}

/** Where a gzip member could begin: its magic number, deflate, and flags of which five are used. */
function findMember(data: Uint8Array, start: number): number {
  for (let at = data.indexOf(0x1f, start); at >= 0 && at + 3 <= data.length; at = data.indexOf(0x1f, at + 1)) {
    if (data[at + 1] === 0x8b && data[at + 2] === 8) return at;
  }
  return -1;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

async function* slices(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += SLICE) yield chunk.subarray(start, start + SLICE);
  }
}

/** The same promise; its failure does not count as unhandled if nobody waits for it any more. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
