import { type Browser, type Page, launch } from "puppeteer-core";
import { test as base } from "./entra";
import { setting } from "./settings";

interface Fixtures {
  /** Opens a page in a Firefox of its own, which loads the scripts of the console or not. */
  openFirefox: (scripts: boolean) => Promise<Page>;
}

/** Tests in the system's Firefox, which Playwright cannot drive: Puppeteer does, by WebDriver BiDi. */
export const test = base.extend<Fixtures>({
  openFirefox: async ({}, use) => {
    const opened: Browser[] = [];
    await use(async (scripts) => {
      const executablePath = setting("FIREFOX", "/usr/bin/firefox-esr");
      const firefox = await launch({ browser: "firefox", executablePath, headless: true });
      opened.push(firefox);
      const page = await firefox.newPage();
      if (!scripts) {
        await withoutScripts(page);
      }
      return page;
    });
    await Promise.all(opened.map((firefox) => firefox.close()));
  },
});

/** Where Firefox itself runs no scripts, Puppeteer finds nothing in a page: it looks by scripts of its own. */
async function withoutScripts(page: Page): Promise<void> {
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    void (request.url().includes("/assets/pkg/") ? request.abort() : request.continue());
  });
}

/** Fills the field with this name. */
export async function fill(page: Page, name: string, text: string): Promise<void> {
  const field = await page.waitForSelector(`input[name="${name}"]`, { visible: true });
  await field?.type(text);
}

/** Follows the link, or presses the button, that bears this text. */
export async function press(page: Page, text: string): Promise<void> {
  const path = `//*[self::a or self::button][contains(., "${text}")]`;
  const target = await page.waitForSelector(`::-p-xpath(${path})`, { visible: true });
  await target?.click();
}

/** Waits for the page with this heading. */
export async function arrived(page: Page, heading: string): Promise<void> {
  await page.waitForSelector(`::-p-xpath(//h1[contains(., "${heading}")])`, { visible: true });
}
