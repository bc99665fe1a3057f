import type * as Demo from '../../examples/browser/main';
import html from '../../examples/browser/index.html?raw';

/** Mounts the demo page of `examples/browser`, unchanged, in a page of the site, once a page load. Returns what it exports. */
export async function mountDemo(root: HTMLElement): Promise<typeof Demo> {
  const main = new DOMParser().parseFromString(html, 'text/html').querySelector('main')!;
  root.classList.add('demo');
  root.replaceChildren(...document.importNode(main, true).childNodes);
  return import('../../examples/browser/main');
}

/** Gives the demo a file, as if it had been chosen there. */
export function show(file: File): void {
  const input = document.querySelector<HTMLInputElement>('#file')!;
  const transfer = new DataTransfer();
  transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event('change'));
}
