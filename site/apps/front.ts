import { mountDemo, show } from './demo';
import { html } from './html';

declare const siteBase: string;

/** Sample photos, both in the public domain. */
const SAMPLES = [
  { file: 'astronaut.jpg', text: 'Eileen Collins, photo by NASA', width: 512, height: 512 },
  {
    file: 'portraits.jpg',
    text: 'Eileen Collins and Grace Hopper, photos by NASA and the US Navy',
    width: 660,
    height: 430,
  },
];

/** Shows samples, and loads the demo when one of them is chosen. */
export function mount(root: HTMLElement): void {
  const { samples, demo, open } = html(
    root,
    `<div class="samples" data-as="samples"></div>
    <p class="panel-open"><span class="run"><button type="button" data-as="open">Use a photo of your own, a video or the webcam</button></span></p>
    <div data-as="demo"></div>`,
  );
  let isOpen = false;
  const start = async () => {
    if (!isOpen) {
      isOpen = true;
      await mountDemo(demo!);
    }
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
  open!.addEventListener('click', () => void start());
}
