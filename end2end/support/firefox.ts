import type { Fixtures } from "@playwright/test";
import { type Browser, type BrowserContext, type ElementHandle, type Page, launch } from "puppeteer-core";
import { setting } from "./settings";

export interface Firefox {
  /** Opens a page as in a Firefox of its own, which loads the scripts of the console or not. */
  openFirefox: (scripts: boolean) => Promise<Page>;
}

export interface SharedFirefox {
  /** Serves all tests of a worker: to start it takes ten seconds. */
  startedFirefox: Browser;
}

/** For tests in the system's Firefox, which Playwright cannot drive: Puppeteer does, by WebDriver BiDi. */
export const firefox: Fixtures<Firefox, SharedFirefox> = {
  startedFirefox: [
    async ({}, use) => {
      const executablePath = setting("FIREFOX", "/usr/bin/firefox-esr");
      const browser = await launch({ browser: "firefox", executablePath, headless: true });
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],

  openFirefox: async ({ startedFirefox }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (scripts) => {
      const context = await startedFirefox.createBrowserContext();
      opened.push(context);
      const page = await context.newPage();
      await page.setViewport({ width: 1440, height: 1000 });
      if (!scripts) {
        await withoutScripts(page);
      }
      return page;
    });
    await Promise.all(opened.map((context) => context.close()));
  },
};

/** Where Firefox itself runs no scripts, Puppeteer finds nothing in a page: it looks by scripts of its own. */
async function withoutScripts(page: Page): Promise<void> {
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    void (request.url().includes("/assets/pkg/") ? request.abort() : request.continue());
  });
}

/** Types into the field with this name, in place of what stands in it. */
export async function fill(page: Page, name: string, text: string): Promise<void> {
  const field = await visible(page, `//*[self::input or self::textarea][@name="${name}"]`);
  await field.click({ count: 3 });
  await field.type(text);
}

/** What stands in the field with this name. */
export async function valueOf(page: Page, name: string): Promise<string> {
  const field = await visible(page, `//*[self::input or self::textarea][@name="${name}"]`);
  return field.evaluate((input) => (input as HTMLInputElement).value);
}

/** Follows the link, or presses the button, that bears this text. */
export async function press(page: Page, text: string): Promise<void> {
  const target = await visible(page, `//*[self::a or self::button][${bears(text)}]`);
  await target.click();
}

/** Waits for the page with this heading. */
export async function arrived(page: Page, heading: string): Promise<void> {
  await visible(page, `//h1[contains(., "${heading}")]`);
}

/** Waits until a user sees this text. */
export async function sees(page: Page, text: string): Promise<void> {
  await visible(page, `//*[contains(text(), "${text}")]`);
}

/** Waits until the scripts of the page on the screen run. */
export async function alive(page: Page): Promise<void> {
  await page.waitForSelector("html[data-alive]");
}

/** Waits for what this path leads to, and for a user to see it. */
export async function visible(page: Page, path: string): Promise<ElementHandle> {
  const found = await page.waitForSelector(`::-p-xpath(${path})`, { visible: true });
  if (found === null) {
    throw new Error(`${path} is not there`);
  }
  return found;
}

/** Text or accessible name of a link or button. */
function bears(text: string): string {
  return `contains(normalize-space(.), "${text}") or @aria-label="${text}"`;
}
