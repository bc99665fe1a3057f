/**
 * The files that were dropped. Those of a folder get paths, as `<input webkitdirectory>` gives them. Must be called while the event is
 * handled; afterwards the browser forgets what was dropped.
 */
export async function filesOf({ dataTransfer }: DragEvent): Promise<File[]> {
  const files = [...dataTransfer!.files];
  const entries = Array.from(dataTransfer!.items, (item) => item.webkitGetAsEntry());
  const folder = entries.find((entry) => entry?.isDirectory) as FileSystemDirectoryEntry | undefined;
  return folder ? filesIn(folder) : files;
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const files: File[] = [];
  for (const entry of await entriesIn(folder)) {
    if (entry.isDirectory) {
      files.push(...(await filesIn(entry as FileSystemDirectoryEntry)));
      continue;
    }
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    files.push(Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.slice(1) }));
  }
  return files;
}

/** All entries of a folder, which come in parts. */
async function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
