import { mountDemo, show } from './demo';
import { html } from './html';

declare const siteBase: string;

/** Sample photos, both in the public domain. */
const SAMPLES = [
  { file: 'astronaut.jpg', text: 'Eileen Collins', width: 512, height: 512 },
  { file: 'portraits.jpg', text: 'Eileen Collins and Grace Hopper', width: 660, height: 430 },
];

const SOURCES = `Photos in the public domain: <a href="https://flic.kr/p/r9qvLn" rel="noreferrer">Eileen Collins</a> by NASA, <a href="https://commons.wikimedia.org/wiki/File:Commodore_Grace_M._Hopper,_USN_(covered).jpg" rel="noreferrer">Grace Hopper</a> by James S. Davis for the US Navy.`;

/** Shows samples, and loads the demo when one of them is chosen, or an image is dropped or pasted. */
export function mount(root: HTMLElement): void {
  const { samples, demo, open } = html(
    root,
    `<div class="samples" data-as="samples"></div>
    <p class="samples-sources">${SOURCES} Or drop an image or a video anywhere on this page.</p>
    <p class="panel-open"><span class="run"><button type="button" data-as="open">Use a photo of your own, a video or the webcam</button></span></p>
    <div data-as="demo"></div>`,
  );
  let opening: Promise<unknown> | undefined;
  let isOpen = false;
  const start = async () => {
    opening ??= mountDemo(demo!);
    await opening;
    isOpen = open!.hidden = true;
    demo!.scrollIntoView({ block: 'nearest' });
  };
  for (const { file, text, ...size } of SAMPLES) {
    const url = `${siteBase}pictures/${file}`;
    const button = Object.assign(document.createElement('button'), { type: 'button' });
    const image = Object.assign(new Image(), { ...size, src: url, alt: '' });
    const label = Object.assign(document.createElement('span'), { textContent: text });
    button.append(image, label);
    button.addEventListener('click', async () => {
      const [response] = await Promise.all([fetch(url), start()]);
      show(new File([await response.blob()], file, { type: 'image/jpeg' }));
    });
    samples!.append(button);
  }
  open!.addEventListener('click', async () => {
    await start();
    demo!.querySelector('input')!.focus(); // the button that had the focus is gone
  });
  // From its start on the demo takes what is dropped or pasted; before it, the browser would leave the page for the file.
  const take = async (event: DragEvent | ClipboardEvent, data: DataTransfer | null) => {
    const file = data?.files[0];
    if (isOpen || !file) return;
    event.preventDefault();
    await start();
    show(file);
  };
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => void take(event, event.dataTransfer));
  document.addEventListener('paste', (event) => void take(event, event.clipboardData));
}
