import * as look from './look';
import * as teach from './teach';
import * as train from './train';

/** A part of the studio, mounted when it is opened first. */
interface Part {
  readonly title: string;
  mount(root: HTMLElement): unknown;
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
  const mounted = new Set<Part>();
  const open = (chosen: (typeof pairs)[number]) => {
    for (const { tab, panel } of pairs) {
      const isChosen = tab === chosen.tab;
      tab.ariaSelected = String(isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      panel.hidden = !isChosen;
    }
    if (mounted.has(chosen.part)) return;
    mounted.add(chosen.part);
    chosen.part.mount(chosen.panel);
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
  open(pairs[0]!);
}
