/** The bytes of a file in memory; in jsdom, whose Blobs have no stream, what a FileReader reads. */
export async function streamOf(blob: Blob): Promise<ReadableStream<Uint8Array> | null> {
  if (typeof blob.stream === 'function') return blob.stream();
  const reader = new FileReader();
  const bytes = await new Promise<ArrayBuffer>((resolve, reject) => {
    reader.addEventListener('load', () => resolve(reader.result as ArrayBuffer));
    reader.addEventListener('error', () => reject(reader.error as Error));
    reader.readAsArrayBuffer(blob);
  });
  return new Response(new Uint8Array(bytes)).body;
}
