import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { arrived, at, choosePassword, row, section, signIn } from "../support/steps";
import { alive, expect, holdScripts, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

const SHORT = { width: 1440, height: 480 };

/** What screen readers are told. */
const said = (page: Page) => page.locator("[role=status] > .sr-only");
const scrolled = (page: Page): Promise<number> => page.evaluate(() => scrollY);
/** The address that the row at this place of a list links to. */
const linkOfRow = (page: Page, place: number) =>
  page.getByRole("rowgroup").last().getByRole("row").nth(place).getByRole("link").first();
const heading = (page: Page) => page.getByRole("heading", { level: 1 });

/** Answers to what pages read arrive so many milliseconds later. */
async function slow(page: Page, milliseconds: number): Promise<void> {
  await page.route("**/data/**", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await route.continue();
  });
}

test("a link opens its page at the top, with the focus on the heading, and the page is announced", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.setViewportSize(SHORT);
  await page.goto(at.users);
  await alive(page);
  await page.evaluate(() => scrollTo(0, 500));
  await linkOfRow(page, 9).click();
  await page.waitForURL(/users\/[0-9a-f-]{36}$/);
  await expect(heading(page)).toBeFocused();
  await expect(said(page)).toHaveText(`${await heading(page).textContent()} · Bursar`);
  expect(await scrolled(page)).toBe(0);
});

for (const [list, action] of Object.entries({ [at.users]: /^Create (person|user)/, [at.projects]: "Create project", [at.budgets]: "Create budget" })) {
  test(`the form that ${action} opens has the focus in its first field, loaded in place or as a document`, async ({ open }) => {
    const page = await open(MAINTAINER);
    await page.goto(list);
    await alive(page);
    await page.getByRole("main").getByRole("link", { name: action }).click();
    await arrived(page, action);
    const first = page.locator("main form input:not([type=hidden])").first();
    await expect(first).toBeFocused();
    await page.reload();
    await expect(first).toBeFocused();
  });
}

test("the page to create a project belongs to the projects in the navigation", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.newProject);
  await expect(page.getByLabel("Main").getByRole("link", { name: "Projects management" })).toHaveAttribute("aria-current", "true");
});

for (const wait of [0, 900]) {
  test(`back returns to the place in the list and to the row that was opened, answers after ${wait} ms`, async ({ open }) => {
    const page = await open(MAINTAINER);
    await page.setViewportSize(SHORT);
    await page.goto(at.users);
    await alive(page);
    await slow(page, wait);
    for (const place of [9, 15]) {
      const link = linkOfRow(page, place);
      const address = (await link.getAttribute("href")) ?? "";
      await link.scrollIntoViewIfNeeded();
      const before = await scrolled(page);
      expect(before).toBeGreaterThan(100);
      await link.click();
      await page.waitForURL(`**${address}`);
      await expect(heading(page)).not.toHaveText("Users");
      await page.goBack();
      await arrived(page, "Users");
      await expect(link).toBeFocused();
      expect(Math.abs((await scrolled(page)) - before)).toBeLessThan(2);
    }
    await page.goForward();
    await expect(heading(page)).not.toHaveText("Users");
    const name = (await heading(page).textContent()) ?? "";
    await page.reload();
    await arrived(page, name);
  });
}

test("what was entered for one user is not there on the page of the next", async ({ open, people }) => {
  const [first, second] = [await people.add(`Zelda ${unique("first")}`), await people.add(`Zelda ${unique("second")}`)];
  const page = await open(MAINTAINER);
  await page.goto(at.user(first.id));
  await alive(page);
  const limit = page.getByLabel("Shared projects");
  const project = section(page, "Projects").getByRole("combobox", { name: "Add to project" });
  await limit.fill("7");
  await section(page, "Platform role").getByRole("radio", { name: /^Admin/ }).check();
  await section(page, "Projects").getByLabel("Role", { exact: true }).selectOption("admin");
  await project.fill("atl");
  await page.keyboard.press("Control+k");
  await page.keyboard.type(second.name);
  await page.keyboard.press("Enter");
  await arrived(page, second.name);
  await expect(limit).toHaveValue("");
  await expect(section(page, "Platform role").getByRole("radio", { name: /^User/ })).toBeChecked();
  await expect(section(page, "Projects").getByLabel("Role", { exact: true })).toHaveValue("member");
  await expect(project).toHaveValue("");
});

test("back from another part of a page returns to where it was left", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.setViewportSize(SHORT);
  await page.goto(at.users);
  await alive(page);
  await page.evaluate(() => scrollTo(0, 300));
  await page.waitForTimeout(100);
  await page.evaluate(() => {
    const link = Object.assign(document.createElement("a"), { href: "#end", textContent: "End" });
    const end = Object.assign(document.createElement("p"), { id: "end", textContent: "The end" });
    document.querySelector("main")?.append(link, end);
    link.click();
  });
  await expect(page).toHaveURL(/#end$/);
  await expect.poll(() => scrolled(page)).toBeGreaterThan(400);
  await page.goBack();
  await expect.poll(() => scrolled(page)).toBe(300);
});

test("back after the mark leads to the page before it", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.myAccess);
  await alive(page);
  await page.getByRole("link", { name: "Bursar" }).first().click();
  await arrived(page, "Overview");
  await page.goBack();
  await arrived(page, "My access");
});

test("a page loaded again stays where it was scrolled to", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.setViewportSize(SHORT);
  await page.goto(at.users);
  await alive(page);
  await page.evaluate(() => scrollTo(0, 400));
  await page.reload();
  await alive(page);
  await expect.poll(() => scrolled(page)).toBe(400);
});

test("waiting shows after a moment, the old page first, then the shape of the new one under its head", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.myAccess);
  await alive(page);
  await page.getByLabel("Main").getByRole("link", { name: "Users management" }).click();
  await arrived(page, "Users");
  await slow(page, 1500);
  await page.clock.install();
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  await page.getByLabel("Main").getByRole("link", { name: "Projects management" }).click();
  await expect(heading(page), "the old page stays").toHaveText("Users");
  await expect(page.locator("main[aria-busy]")).toHaveCount(0);
  await page.clock.runFor(160);
  await expect(page.locator("main[aria-busy=true]")).toBeVisible();
  await expect(heading(page)).toHaveText("Users");
  await page.clock.runFor(60);
  await expect(heading(page), "the real head").toHaveText("Projects");
  await expect(page.getByText("Loading the page")).toBeAttached();
});

test("rows step back while a search is slow, and what was found is announced", async ({ open, people }) => {
  const zelda = await people.add(`Zelda ${unique("slow")}`);
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page);
  await slow(page, 3_000);
  await page.getByRole("searchbox").first().pressSequentially(zelda.name);
  await expect(page.locator("main[aria-busy=true]")).toBeVisible();
  await expect.poll(() => page.locator("main tbody").evaluate((rows) => Number(getComputedStyle(rows).opacity))).toBeLessThan(0.7);
  await expect(said(page)).toHaveText("1 user");
  await expect(page.locator("main[aria-busy]")).toHaveCount(0);
  await page.getByRole("searchbox").first().fill("nothing-is-called-this");
  await expect(said(page)).toHaveText("No users found");
});

test("Enter in a search goes to the first result, and opens it the second time", async ({ open, people }) => {
  const tag = unique("enter");
  const [first, second] = [await people.add(`Zelda A ${tag}`), await people.add(`Zelda B ${tag}`)];
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page);
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  const search = page.getByRole("searchbox").first();
  await search.fill(tag);
  await search.press("Enter");
  const link = (name: string) => row(page, name).getByRole("link").first();
  await expect(link(first.name)).toBeFocused();
  expect(new URL(page.url()).search).toBe(`?q=${tag}`);
  await page.keyboard.press("ArrowDown");
  await expect(link(second.name)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(search).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(link(first.name)).toBeFocused();
  await search.focus();
  await search.press("Enter");
  await expect(link(first.name), "results that are there already").toBeFocused();
  await page.keyboard.press("Enter");
  await arrived(page, first.name);
  expect(await page.evaluate(() => "stayed" in window), "the document was not loaded again").toBe(true);
});

test("filters and the number of rows apply in place, without empty parameters", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page);
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  await page.getByRole("button", { name: "Role", exact: true }).click();
  await page.getByRole("radio", { name: "Auditor" }).check();
  await page.getByRole("group", { name: "Role" }).locator("xpath=..").getByRole("button", { name: /^Show/ }).click();
  await expect(page.getByRole("button", { name: "Role is Auditor" })).toBeFocused();
  expect(new URL(page.url()).search).toBe("?role=auditor");
  await page.getByRole("link", { name: "Clear", exact: true }).click();
  await expect(page.getByRole("button", { name: "Role is Auditor" })).toHaveCount(0);
  await page.getByRole("combobox", { name: "Rows on a page" }).focus();
  await page.getByRole("combobox", { name: "Rows on a page" }).selectOption("15");
  await expect(page.getByRole("row")).toHaveCount(16);
  expect(new URL(page.url()).search).toBe("?rows=15");
  await expect(page.getByRole("combobox", { name: "Rows on a page" })).toBeFocused();
  expect(await page.evaluate(() => "stayed" in window), "the document was not loaded again").toBe(true);
});

test("a list that is left is not read once more", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(`${at.users}?q=kwame`);
  await alive(page);
  const read: string[] = [];
  page.on("request", (request) => request.url().includes("/data/") && read.push(new URL(request.url()).pathname));
  await row(page, "Kwame").getByRole("link").first().click();
  await arrived(page, /Kwame/);
  expect(read.filter((path) => path !== "/data/user")).toEqual([]);
});

test("what was chosen before scripts ran applies when they do", async ({ open }) => {
  const page = await open(MAINTAINER);
  const release = await holdScripts(page);
  await page.goto(at.users, { waitUntil: "commit" });
  await page.getByRole("combobox", { name: "Rows on a page" }).selectOption("15");
  release();
  await expect(page.getByRole("row")).toHaveCount(16);
});

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("a signed-in user does not see the sign-in form, neither by its address nor by going back", async ({ page, people }) => {
      const zelda = await people.add(`Zelda ${unique("in")}`);
      await page.goto(at.myAccess);
      await expect(page.getByLabel("E-mail")).toBeFocused();
      await signIn(page, zelda.email, PASSWORD);
      await arrived(page, "My access");
      await page.goBack();
      await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("Sign in");
      await page.goto(`${at.signIn}?next=${encodeURIComponent(at.profile)}`);
      await expect(page).toHaveURL(new RegExp(`${at.profile}$`));
    });
  });
}

test("the chosen password leads to the first page", async ({ page, people }) => {
  const { person, oneTimePassword } = await people.invite(`Zelda ${unique("once")}`);
  await page.goto(at.signIn);
  await signIn(page, person.email, oneTimePassword);
  await alive(page);
  await choosePassword(page);
  await arrived(page, "My access");
});
