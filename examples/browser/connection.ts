/** Says of what could not be loaded what a reader can do, and not what a developer would have to do. */
export async function loaded<T>(what: string, loading: Promise<T>): Promise<T> {
  return loading.catch((cause: unknown) => {
    throw new Error(`${what} could not be loaded. It needs a connection the first time.`, { cause });
  });
}
