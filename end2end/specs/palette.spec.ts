import type { Locator, Page } from "@playwright/test";
import { expectAccessible } from "../support/accessible";
import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { arrived, at, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

async function opened(page: Page): Promise<Locator> {
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Search or jump to" });
  await expect(palette.getByRole("combobox")).toBeFocused();
  return palette;
}

function selected(palette: Locator): Locator {
  return palette.getByRole("option", { selected: true });
}

test("the palette finds users, projects and budgets by the keyboard alone", async ({ open, people }) => {
  const common = unique("Zelda");
  const zelda = await people.add(`${common} Palette`);
  const name = await people.addProject();
  const title = `${common} project`;
  await people.maintainer.send("/act/projects/edit", { project: name, version: "1", display_name: title, description: "x" });
  const fields = { name: `${common} budget`, category: "cli", period: "30d", soft_limit: "1", hard_limit: "2" };
  await people.maintainer.send("/act/budgets/create", fields);
  const page = await open(MAINTAINER);
  await page.goto(at.profile);
  await alive(page);
  const palette = await opened(page);
  await page.keyboard.type(common);
  await expect(palette.getByRole("option")).toHaveText([
    new RegExp(`${common} Palette.*${zelda.email}`),
    new RegExp(`${common} project.*${name}`),
    new RegExp(`${common} budget.*\\$2\\.00`),
    `Search users for “${common}”`,
  ]);
  for (const group of ["Users", "Projects", "Budgets", "Search"]) {
    await expect(palette.getByRole("group", { name: group })).toHaveCount(1);
  }
  await expect(selected(palette)).toContainText(`${common} Palette`);
  await expectAccessible(page);
  await page.keyboard.press("ArrowDown");
  await expect(selected(palette)).toContainText(`${common} project`);
  await page.keyboard.press("ArrowUp");
  await expect(palette.getByRole("combobox")).toBeFocused();
  await page.keyboard.press("Enter");
  await arrived(page, zelda.name);
  await expect(palette).toBeHidden();
});

test("Enter before the answer opens the first user that is found", async ({ open, people }) => {
  const zelda = await people.add(`${unique("Zelda")} Quick`);
  const page = await open(MAINTAINER);
  await page.goto(at.profile);
  await alive(page);
  await opened(page);
  await page.keyboard.type(zelda.name);
  await page.keyboard.press("Enter");
  await arrived(page, zelda.name);
});

test("Enter right after more letters opens what they find, not what was found before", async ({ open, people }) => {
  const common = unique("Zelda");
  await people.add(`${common} A`);
  const second = await people.add(`${common} B`);
  const page = await open(MAINTAINER);
  await page.goto(at.profile);
  await alive(page);
  const palette = await opened(page);
  await page.keyboard.type(common);
  await expect(selected(palette)).toContainText(`${common} A`);
  await page.route("**/data/find", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await route.continue();
  });
  await page.keyboard.type(" B");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await arrived(page, second.name);
});

test("another text selects the first row and shows it", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.setViewportSize({ width: 1440, height: 300 });
  await page.goto(at.profile);
  await alive(page);
  const palette = await opened(page);
  await page.keyboard.press("End");
  await expect(palette.getByRole("option").last()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.type("m");
  await page.keyboard.press("Backspace");
  await expect(palette.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await expect(palette.getByRole("option").first()).toBeInViewport({ ratio: 1 });
});

test("an empty field offers what this user opened last, and to no other user", async ({ open, people }) => {
  const [zelda, colleague] = [await people.add(`Zelda ${unique("Recent")}`), await people.add("Zelda Other", "admin")];
  const [project, budget] = [await people.addProject(), await people.addBudget()];
  const page = await open(MAINTAINER);
  for (const address of [at.user(zelda.id), at.project(project), at.budget(budget.id), at.user(zelda.id)]) {
    await page.goto(address);
    await alive(page);
  }
  let palette = await opened(page);
  const recent = palette.getByRole("group", { name: "Recent" }).getByRole("option");
  await expect(recent).toHaveText([new RegExp(`${budget.name}.*budget`), new RegExp(`${project}.*project`)]);
  await expectAccessible(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await arrived(page, project);
  palette = await opened(page);
  await expect(recent).toHaveText([new RegExp(`${zelda.name}.*user`), new RegExp(`${budget.name}.*budget`)]);
  await page.keyboard.type(zelda.name);
  await expect(recent).toHaveCount(0);
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+k");
  await page.keyboard.type("Sign out");
  await page.keyboard.press("Enter");
  await arrived(page, "Sign in");
  const kept = () => page.evaluate(() => sessionStorage.getItem("recent"));
  await expect.poll(kept, "nothing is left for who comes next").toBe(JSON.stringify({ user: "", pages: [] }));
  await signIn(page, colleague.email, PASSWORD);
  await alive(page);
  await opened(page);
  await expect(palette.getByRole("option").first()).toBeVisible();
  await expect(recent).toHaveCount(0);
});

test("what nothing is called can be searched for in the list of users", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.profile);
  await alive(page);
  const palette = await opened(page);
  await page.keyboard.type("doesnotexist");
  await expect(palette.getByRole("option")).toHaveText(["Search users for “doesnotexist”"]);
  await page.keyboard.press("Enter");
  await page.waitForURL(/users\?q=doesnotexist/);
});

test("the palette offers the actions of the user on the screen, and asks before it does them", async ({ open, people }) => {
  const zelda = await people.add("Zelda Acted");
  const page = await open(MAINTAINER);
  await page.goto(at.user(zelda.id));
  await alive(page);
  const palette = await opened(page);
  const here = palette.getByRole("group", { name: "On this page" });
  await expect(here.getByRole("option", { name: "Add to project" })).toBeVisible();
  await expect(here.getByRole("option", { name: "Unlock account" })).toHaveCount(0);
  await page.keyboard.type("deactiv");
  await expect(selected(palette)).toContainText("Deactivate account");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Deactivate Zelda Acted?" })).toBeVisible();
  await page.keyboard.press("Escape");
  await opened(page);
  await page.keyboard.type("add to");
  await page.keyboard.press("Enter");
  await expect(section(page, "Projects").getByLabel("Add to project")).toBeFocused();
});

test("colours are chosen and the session is ended from the palette", async ({ open, people }) => {
  const zelda = await people.add("Zelda Dark");
  const page = await open(zelda.email);
  await page.goto(at.profile);
  await alive(page);
  await opened(page);
  await page.keyboard.type("dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await alive(page);
  await opened(page);
  await page.keyboard.type("sign out");
  await page.keyboard.press("Enter");
  await arrived(page, "Sign in");
});

test("a developer finds neither users nor projects of others", async ({ open, people }) => {
  const common = unique("Zelda");
  const [zelda] = [await people.add(`${common} Hidden`)];
  const page = await open(zelda.email);
  await page.goto(at.profile);
  await alive(page);
  const palette = await opened(page);
  await page.keyboard.type(common);
  await page.waitForResponse("**/data/find");
  await expect(palette.getByRole("option")).toHaveText([`Search projects for “${common}”`]);
});

test("a question mark lists the keys, but not while one types", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page);
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keys" });
  await expect(keys).toContainText("Ctrl K");
  await page.keyboard.press("Escape");
  await expect(keys).toBeHidden();
  await page.keyboard.press("/");
  await page.keyboard.press("?");
  await expect(keys).toBeHidden();
  await expect(toast(page)).toHaveCount(0);
});

test("without scripts the palette is a menu, and its field searches the list of users", async ({ browser, open }) => {
  const session = await open(MAINTAINER);
  const context = await browser.newContext({ javaScriptEnabled: false });
  await context.addCookies(await session.context().cookies());
  await session.goto(at.profile);
  const page = await context.newPage();
  await page.goto(session.url());
  await page.getByRole("button", { name: "Search or jump to" }).first().click();
  const palette = page.getByRole("dialog", { name: "Search or jump to" });
  await expect(palette.getByRole("link", { name: "Projects management" })).toBeVisible();
  await palette.getByRole("textbox").fill("amara");
  await palette.getByRole("textbox").press("Enter");
  await page.waitForURL(/users\?q=amara/);
  await context.close();
});
