import type { Router, Theme } from 'vitepress';
import theme from 'vitepress/theme-without-fonts';
import '../../.content/demo.css';
import './style.css';

declare const siteBase: string;

/** A program in a page. It is built apart from the pages, and ends only with them. */
interface App {
  mount(root: HTMLElement): unknown;
}

const load = <T>(name: string): Promise<T> => import(/* @vite-ignore */ `${siteBase}apps/${name}.js`) as Promise<T>;

let isMounted = false;

function mountApps(): void {
  for (const root of document.querySelectorAll<HTMLElement>('[data-app]:not([data-mounted])')) {
    isMounted = true;
    root.dataset['mounted'] = '';
    void load<App>(root.dataset['app']!).then(({ mount }) => mount(root));
  }
}

/** Keeps the site for the time without a connection. That comes after the page itself, and not where data is to be saved. */
function keepSite(): void {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (navigator.serviceWorker && !connection?.saveData) void navigator.serviceWorker.register(`${siteBase}sw.js`);
}

/** Runs the program above a button. */
async function runBlock(button: HTMLButtonElement): Promise<void> {
  const { run } = await load<{ run(name: string, button: HTMLButtonElement): Promise<void> }>('run');
  await run(button.dataset['run']!, button);
}

function enhance(router: Router): void {
  // Cameras, workers and listeners of a program end with its page, so that page is left by loading the next one.
  router.onBeforeRouteChange = (to) => {
    if (!isMounted || to.split('#')[0] === location.pathname) return true;
    location.assign(to);
    return false;
  };
  router.onAfterRouteChange = mountApps;
  addEventListener('load', mountApps);
  document.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>('button[data-run]');
    if (button) void runBlock(button);
  });
  if (document.readyState === 'complete') keepSite();
  else addEventListener('load', keepSite);
}

export default {
  extends: theme,
  enhanceApp({ router }) {
    if (!import.meta.env.SSR) enhance(router);
  },
} satisfies Theme;
