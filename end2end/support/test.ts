import { type BrowserContext, type Page, test as base, expect } from "@playwright/test";
import { BursarConsole } from "./console";
import { Faults } from "./faults";
import { People } from "./people";

export { expect };

interface Fixtures {
  /** What browsers complained about; checked after every test. */
  faults: Faults;
  /** Whether pages may run scripts in this run. */
  scripts: boolean;
  /** Opens a browser of its own in which this person is signed in. */
  open: (email: string) => Promise<Page>;
  /** A console of this test's own, in which nobody has signed in yet. */
  untouched: BursarConsole;
}

interface Shared {
  /** Serves all tests of a worker; what a test needs in it, it makes itself under names of its own. */
  bursar: BursarConsole;
  people: People;
}

export const test = base.extend<Fixtures, Shared>({
  bursar: [
    async ({}, use) => {
      const console = await BursarConsole.start();
      await use(console);
      await console.stop();
    },
    { scope: "worker" },
  ],

  people: [async ({ bursar }, use) => use(await People.of(bursar)), { scope: "worker" }],

  untouched: async ({}, use) => {
    const console = await BursarConsole.start();
    await use(console);
    await console.stop();
  },

  baseURL: async ({ bursar }, use) => use(bursar.origin),

  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),

  faults: async ({}, use) => {
    const faults = new Faults();
    await use(faults);
    faults.check();
  },

  context: async ({ context, faults }, use) => {
    await faults.watch(context);
    await use(context);
  },

  open: async ({ browser, bursar, faults, people }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (email) => {
      const context = await browser.newContext({ baseURL: bursar.origin });
      opened.push(context);
      await faults.watch(context);
      await enter(context, bursar.origin, (await people.signIn(email)).session);
      return context.newPage();
    });
    await Promise.all(opened.map((context) => context.close()));
  },
});

/** Gives a browser the cookie of a session. The driver takes a `Secure` one for an https address only. */
export async function enter(context: BrowserContext, origin: string, session: string): Promise<void> {
  const url = origin.replace("http:", "https:");
  await context.addCookies([
    { name: "__Host-bursar", value: session, url, httpOnly: true, secure: true, sameSite: "Lax" },
  ]);
}

/** Waits until the scripts of the page on the screen run, where they may. */
export async function alive(page: Page, scripts = true): Promise<void> {
  if (scripts) {
    await page.locator("html[data-alive]").waitFor({ state: "attached" });
  }
}

/** Keeps the scripts of a page back until the function that it returns is called. */
export async function holdScripts(page: Page): Promise<() => void> {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/assets/pkg/**", async (route) => {
    await held;
    await route.continue();
  });
  return release;
}
