import { html } from './html';
import type { Mounted } from './studio';
import { mount as mountPanel, title } from '../../examples/browser/teach/panel';

export { title };

/** Mounts the demo page's panel for own expressions, unchanged. */
export function mount(root: HTMLElement): Mounted {
  const { panel } = html(root, '<div class="demo"><div data-as="panel"></div></div>');
  return { leave: mountPanel(panel!) };
}
