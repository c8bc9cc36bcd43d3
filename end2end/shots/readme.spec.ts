import { MAINTAINER, NEWCOMER } from "../support/console";
import { PHONE } from "../support/sizes";
import { at } from "../support/steps";
import { alive, enter, test } from "../support/test";
import { Visitor } from "../support/visitor";

const FOLDER = "../docs/screenshots";

/** Small enough to be quick to load. */
const WINDOW = { width: 1120, height: 700 };

const PICTURES = [
  { name: "users-light", email: MAINTAINER, path: at.users, colorScheme: "light", viewport: WINDOW },
  { name: "project-dark", email: MAINTAINER, path: at.project("atlas"), colorScheme: "dark", viewport: WINDOW },
  { name: "my-access-phone", email: NEWCOMER, path: at.myAccess, colorScheme: "light", viewport: PHONE },
] as const;

test("the pictures of the README, of the sample as it is", async ({ untouched, browser, faults }) => {
  const sessions = new Map<string, string>();
  for (const email of [MAINTAINER, NEWCOMER]) {
    const visitor = await Visitor.firstTime(untouched.origin, email, untouched.oneTimePassword(email));
    sessions.set(email, visitor.session);
  }
  for (const { name, email, path, colorScheme, viewport } of PICTURES) {
    const context = await browser.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
    await faults.watch(context);
    await enter(context, untouched.origin, sessions.get(email) ?? "");
    const page = await context.newPage();
    await page.goto(untouched.origin + path);
    await alive(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${FOLDER}/${name}.png` });
    await context.close();
  }
});
