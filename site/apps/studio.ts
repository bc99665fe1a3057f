import * as look from './look';
import * as teach from './teach';
import * as train from './train';

/** A part of the studio, mounted when it is opened first. */
interface Part {
  readonly title: string;
  mount(root: HTMLElement): Mounted | Promise<Mounted>;
}

/** An open part. */
export interface Mounted {
  /** Is called when another part is opened: a webcam that nobody sees is switched off. */
  leave?(): void;
  /** Takes what is dropped beside the part. */
  drop?(event: DragEvent): void;
}

const PARTS: readonly Part[] = [look, teach, train];

/** Shows the parts of the studio behind tabs. */
export function mount(root: HTMLElement): void {
  const tabs = Object.assign(document.createElement('div'), {
    className: 'tabs',
    role: 'tablist',
    ariaLabel: 'Studio',
  });
  root.append(tabs);
  const pairs = PARTS.map((part, i) => {
    const tab = Object.assign(document.createElement('button'), {
      type: 'button',
      role: 'tab',
      textContent: part.title,
    });
    const panel = Object.assign(document.createElement('div'), { role: 'tabpanel', hidden: true });
    [tab.id, panel.id] = [`studio-tab-${i}`, `studio-panel-${i}`];
    tab.setAttribute('aria-controls', panel.id);
    panel.setAttribute('aria-labelledby', tab.id);
    tabs.append(tab);
    root.append(panel);
    return { part, tab, panel };
  });
  const mounting = new Map<Part, Promise<Mounted>>();
  const mounted = new Map<Part, Mounted>(); // what was dropped is gone after the event, so that nothing can be awaited then
  let current = pairs[0]!;
  const open = (chosen: (typeof pairs)[number]) => {
    if (chosen !== current) void mounting.get(current.part)?.then((part) => part.leave?.());
    current = chosen;
    for (const { tab, panel } of pairs) {
      const isChosen = tab === chosen.tab;
      tab.ariaSelected = String(isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      panel.hidden = !isChosen;
    }
    const { part, panel } = chosen;
    if (mounting.has(part)) return;
    mounting.set(part, Promise.resolve(part.mount(panel)));
    void mounting.get(part)!.then((it) => mounted.set(part, it));
  };
  for (const pair of pairs) pair.tab.addEventListener('click', () => open(pair));
  tabs.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    const at = pairs.findIndex(({ tab }) => tab === event.target);
    const next = pairs.at((at + step) % pairs.length)!;
    next.tab.focus();
    open(next);
  });
  // The demo, which is the first part, takes what is dropped or pasted anywhere. That is not meant for it while another part is open.
  const redirect = (event: DragEvent | ClipboardEvent) => {
    const { part, panel } = current;
    if (part === PARTS[0] || panel.contains(event.target as Node)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'drop') mounted.get(part)?.drop?.(event as DragEvent);
  };
  for (const type of ['drop', 'paste'] as const) {
    document.addEventListener(type, redirect, { capture: true });
  }
  open(current);
}
