import { element } from './dom';

/** Calls back with every image or video that is chosen, dropped or pasted. */
export function onPicture(take: (picture: Blob) => void): void {
  const stage = element('stage', HTMLDivElement);
  const file = element('file', HTMLInputElement);
  const takeFirst = (files: FileList | null | undefined) => {
    if (files?.[0]) take(files[0]);
  };
  const isOver = (over: boolean) => stage.toggleAttribute('data-over', over);
  file.addEventListener('change', () => {
    takeFirst(file.files);
    file.value = ''; // so that the same file can be chosen again
  });
  document.addEventListener('paste', (event) => takeFirst(event.clipboardData?.files));
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    isOver(true);
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => isOver(relatedTarget !== null));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    isOver(false);
    takeFirst(event.dataTransfer?.files);
  });
}
