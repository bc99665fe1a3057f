import type { Browser, Page } from 'playwright-core';
import { launchChromium, type Server } from './browser';

/** A server, and Chromium to look at what it serves. */
export interface OpenSite {
  readonly url: string;
  readonly browser: Browser;
  /** Opens a page, which is loaded when the promise is kept. */
  open(path?: string): Promise<Page>;
  /** Ends both. */
  close(): Promise<void>;
}

/**
 * Starts Chromium for the pages of a server, which from now on belongs to the site.
 *
 * @param flags Further flags of Chromium.
 */
export async function openSite(server: Server, flags?: readonly string[]): Promise<OpenSite> {
  const browser = await launchChromium(flags);
  return {
    url: server.url,
    browser,
    async open(path = '/index.html') {
      const page = await browser.newPage();
      await page.goto(server.url + path, { waitUntil: 'load', timeout: PATIENCE });
      return page;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

const PATIENCE = 180_000; // milliseconds; a page with large scripts on a busy machine takes its time

/** What a page keeps in `globalThis.actions`. */
type Actions = Record<string, (...args: never[]) => Promise<unknown>>;

/**
 * A function that runs one of a page's `actions` by its name, with arguments that JSON can hold.
 *
 * @param page The page, asked for at each call.
 */
export function actionsOf<All extends Actions>(page: () => Page) {
  return <Name extends keyof All & string>(
    name: Name,
    ...args: Parameters<All[Name]>
  ): Promise<Awaited<ReturnType<All[Name]>>> =>
    page().evaluate(`actions.${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`);
}
