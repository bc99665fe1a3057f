/** Says of what could not be loaded without a connection that a connection is missing, and not what a developer would have to do. */
export async function loaded<T>(what: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    if (navigator.onLine) throw error;
    throw new Error(`${what} is not on this device yet. Connect once to load it.`, { cause: error });
  }
}
