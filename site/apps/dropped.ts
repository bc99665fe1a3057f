/**
 * The files that were dropped. Those of a folder get paths, as `<input webkitdirectory>` gives them; several folders count as parts of one.
 * Must be called while the event is handled; afterwards the browser forgets what was dropped.
 */
export async function filesOf({ dataTransfer }: DragEvent): Promise<File[]> {
  const files = [...dataTransfer!.files];
  const entries = Array.from(dataTransfer!.items, (item) => item.webkitGetAsEntry());
  const folders = entries.filter((entry) => entry?.isDirectory) as FileSystemDirectoryEntry[];
  if (folders.length === 0) return files;
  const above = folders.length === 1 ? '' : '/dropped';
  return (await Promise.all(folders.map((folder) => filesIn(folder, above)))).flat();
}

/** @param above What precedes the paths. */
async function filesIn(folder: FileSystemDirectoryEntry, above: string): Promise<File[]> {
  const files: File[] = [];
  for (const entry of await entriesIn(folder)) {
    if (entry.isDirectory) {
      files.push(...(await filesIn(entry as FileSystemDirectoryEntry, above)));
      continue;
    }
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    files.push(Object.defineProperty(file, 'webkitRelativePath', { value: (above + entry.fullPath).slice(1) }));
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
