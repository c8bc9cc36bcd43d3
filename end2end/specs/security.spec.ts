import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { cast } from "../support/scenes";
import { arrived, at } from "../support/steps";
import { alive, expect, test } from "../support/test";

test("every page comes alive, and every way through the navigation works, without a violation", async ({ open, people }) => {
  const { priya, budget } = await cast(people, MAINTAINER);
  const page = await open(MAINTAINER);
  const pages = [at.profile, at.myAccess, at.users, at.newUser, at.user(priya), at.projects, at.newProject];
  pages.push(at.project("atlas"), at.editProject("atlas"), at.budgets, at.newBudget, at.budget(budget), at.editBudget(budget));
  for (const path of pages) {
    await page.goto(path);
    await alive(page);
  }
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  for (const [place, heading] of [
    ["Users management", "Users"],
    ["Projects management", "Projects"],
    ["Budgets management", "Budgets"],
    ["My access", "My access"],
    ["Profile", "Administrator"],
  ] as const) {
    await page.getByRole("link", { name: place }).first().click();
    await arrived(page, heading);
  }
  expect(await page.evaluate(() => "stayed" in window), "all without loading the document again").toBe(true);
});

test("a page whose code cannot be loaded is opened by a full load", async ({ open, faults }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.myAccess);
  await alive(page);
  for (const expected of [/ERR_FAILED/, /Failed to fetch/]) {
    faults.allow(expected);
  }
  let refused = 0;
  await page.route(/\.wasm$/, async (route) => {
    refused += 1;
    await route.abort();
  });
  await page.getByRole("link", { name: "Projects management" }).first().click();
  await page.waitForURL(`**${at.projects}`);
  await page.unroute(/\.wasm$/);
  await arrived(page, "Projects");
  expect(refused, "the chunk was asked for").toBeGreaterThan(0);
});

/** Holds back the code of pages from now on; the document that asks for it comes alive once it is let go. */
async function holdCode(page: Page): Promise<{ asked: Promise<unknown>; letGo: () => void }> {
  const code = /\/(split|chunk)_\w+\.wasm$/;
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(code, async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  return { asked: page.waitForRequest(code), letGo };
}

test("a link that is followed before the page is alive opens as a document", async ({ open }) => {
  const page = await open(MAINTAINER);
  const { asked, letGo } = await holdCode(page);
  await page.goto(`${at.users}?q=brennan`);
  await asked;
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  await page.getByRole("link", { name: /Aoife Brennan/ }).click();
  await arrived(page, "Aoife Brennan");
  expect(await page.evaluate(() => "stayed" in window), "the document was loaded again").toBe(false);
  letGo();
  await alive(page);
});

test("going back before the page is alive opens the page before as a document", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page);
  await page.getByRole("link", { name: "Projects management" }).first().click();
  await arrived(page, "Projects");
  const { asked, letGo } = await holdCode(page);
  await page.reload();
  await asked;
  await page.goBack();
  await arrived(page, "Users");
  letGo();
  await alive(page);
  await expect(page.getByRole("searchbox", { name: "Search users" })).toBeVisible();
});

test("a page without any of its scripts is complete", async ({ open, faults }) => {
  const page = await open(MAINTAINER);
  faults.allow(/ERR_FAILED/);
  faults.allow(/error in the page/);
  await page.route(/\/assets\/pkg\//, (route) => route.abort());
  await page.goto(at.users);
  await page.getByRole("searchbox", { name: "Search users" }).fill("brennan");
  await page.getByRole("searchbox", { name: "Search users" }).press("Enter");
  await expect(page.getByRole("link", { name: /Aoife Brennan/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /Amara Okafor/ })).toHaveCount(0);
});

test("a form on another site changes nothing", async ({ open, bursar, people, faults }) => {
  faults.allow(/status of 403/);
  faults.allow(/a request left this machine: http:\/\/elsewhere\.test/);
  const ada = await people.add("Ada Lured");
  const page = await open(ada.email);
  await page.route("http://elsewhere.test/", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<form method="post" action="${bursar.origin}/act/sign-out"><button>Win</button></form>`,
    }),
  );
  await page.goto("http://elsewhere.test/");
  await page.getByRole("button", { name: "Win" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This was not sent from Bursar");
  await page.goto(at.myAccess);
  await arrived(page, "My access");
});

test("cookies are out of reach of scripts, and nothing is stored but the pages opened last", async ({ open, people }) => {
  const ada = await people.add("Ada Stored");
  const page = await open(ada.email);
  await page.goto(at.myAccess);
  await alive(page);
  const stored = () => page.evaluate(() => [document.cookie, localStorage.length, Object.entries(sessionStorage)]);
  // My access is no page of a user, project or budget.
  await expect.poll(stored).toEqual(["", 0, [["recent", JSON.stringify({ user: ada.id, pages: [] })]]]);
  for (const cookie of await page.context().cookies()) {
    expect(cookie.name).toMatch(/^__Host-/);
    expect(cookie.httpOnly).toBe(true);
  }
});
