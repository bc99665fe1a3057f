/** Makes elements of HTML that is written here, never of what comes from outside. */
export function html<T extends Record<string, HTMLElement> = Record<string, HTMLElement>>(
  root: HTMLElement,
  text: string,
): T {
  const template = document.createElement('template');
  template.innerHTML = text;
  root.append(template.content);
  const named = [...root.querySelectorAll<HTMLElement>('[data-as]')];
  return Object.fromEntries(named.map((element) => [element.dataset['as']!, element])) as T;
}

/** Offers a file for download. */
export function download(blob: Blob, name: string): void {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Shows what went wrong. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Copies the text of an element when a button is clicked, and says so on the button for a moment. */
export function copyOnClick(button: HTMLElement, from: HTMLElement): void {
  const { textContent: name } = button;
  button.addEventListener('click', async () => {
    const isCopied = await navigator.clipboard.writeText(from.textContent ?? '').then(
      () => true,
      () => false,
    );
    button.textContent = isCopied ? 'Copied' : 'The browser does not allow to copy';
    setTimeout(() => (button.textContent = name), 2000);
  });
}
