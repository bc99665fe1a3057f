import { mount as mountPanel, title } from '../../examples/browser/teach/panel';

export { title };

/** Mounts the demo page's panel for own expressions, unchanged. */
export function mount(root: HTMLElement): void {
  const panel = document.createElement('div');
  root.classList.add('demo');
  root.append(panel);
  mountPanel(panel);
}
