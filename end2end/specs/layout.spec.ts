import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { SCENES } from "../support/scenes";
import { expect, test } from "../support/stage";
import { arrived, at, section, toast } from "../support/steps";
import { alive } from "../support/test";

/** How far things moved without anybody having done something, as browsers count it: 0 is not at all. */
async function moved(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        let sum = 0;
        const add = (entries: PerformanceEntryList) => {
          for (const { value } of entries as unknown as { value: number }[]) {
            sum += value;
          }
        };
        const observer = new PerformanceObserver((list) => add(list.getEntries()));
        observer.observe({ type: "layout-shift", buffered: true });
        // The frame after the next one has everything that was there before.
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            add(observer.takeRecords());
            done(sum);
          }),
        );
      }),
  );
}

for (const scene of SCENES.filter(({ name }) => ["users", "projects", "budgets"].includes(name))) {
  test(`nothing moves while a list comes alive: ${scene.name}`, async ({ show }) => {
    const page = await show(scene);
    await page.reload();
    await alive(page);
    expect(await moved(page)).toBe(0);
  });
}

test("every page has a title of its own that ends in the name of the console", async ({ show }) => {
  const pages = ["sign-in", "profile", "my access", "users", "person", "create user", "projects", "project"];
  pages.push("create project", "edit project", "budgets", "budget", "create budget", "edit budget");
  const titles = new Set<string>();
  for (const scene of SCENES.filter(({ name }) => pages.includes(name))) {
    const page = await show(scene);
    await expect(page, scene.name).toHaveTitle(/^\S.* · Bursar$/);
    titles.add(await page.title());
  }
  expect(titles.size).toBe(pages.length);
});

test("the title follows from page to page", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page);
  await expect(page).toHaveTitle("Users · Bursar");
  await page.getByRole("link", { name: "Projects management" }).first().click();
  await expect(page).toHaveTitle("Projects · Bursar");
  await page.getByRole("link", { name: "Atlas knowledge base" }).click();
  await expect(page).toHaveTitle("Atlas knowledge base · Bursar");
});

test("the first stop of the keyboard leads past the navigation", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  const inMain = await page.evaluate(() => document.querySelector("main")?.contains(document.activeElement));
  expect(inMain).toBe(true);
});

test("the focus is never hidden on a phone", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(`${at.users}?rows=15`);
  await alive(page);
  for (const _ of Array(60).keys()) {
    await page.keyboard.press("Tab");
    const covered = await page.evaluate(() => {
      const focused = document.activeElement;
      const box = focused?.getBoundingClientRect();
      if (!focused || !box || box.width === 0 || focused === document.body) {
        return "";
      }
      const points = [box.top + 2, box.bottom - 2].filter((y) => y > 0 && y < innerHeight);
      const seen = points.some((y) => focused.contains(document.elementFromPoint(box.left + box.width / 2, y)));
      return seen ? "" : focused.outerHTML.slice(0, 200);
    });
    expect(covered, "covered entirely").toBe("");
  }
});

for (const scripts of [true, false]) {
  test(`the colours chosen stand in the first HTML, ${scripts ? "with" : "without"} scripts`, async ({ browser, people, open }) => {
    const ada = await people.add("Ada Dark");
    const session = await open(ada.email);
    const context = await browser.newContext({ javaScriptEnabled: scripts, colorScheme: "light" });
    await context.addCookies(await session.context().cookies());
    const page = await context.newPage();
    const profile = new URL(at.profile, await origin(session)).href;
    await page.goto(profile);
    await alive(page, scripts);
    expect(await page.locator("html").getAttribute("data-theme")).toBeNull();
    const light = await background(page);
    await section(page, "Appearance").getByText("Dark", { exact: true }).click();
    await page.getByRole("button", { name: "Save appearance" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await expect.poll(() => background(page)).not.toBe(light);
    const first = await context.request.get(profile);
    const next = await page.goto(profile);
    expect(await next?.text()).toMatch(/^<!DOCTYPE html><html[^>]* data-theme="dark"/);
    expect(first.ok()).toBe(true);
    await section(page, "Appearance").getByText("System", { exact: true }).click();
    await page.getByRole("button", { name: "Save appearance" }).click();
    await expect(page.locator("html")).not.toHaveAttribute("data-theme");
    await context.close();
  });
}

test("the main job goes by keyboard: signing in, finding somebody, a project with them in it, a budget", async ({ page, people }) => {
  const ada = await people.add("Ada Keys", "maintainer");
  const bea = await people.add(`Bea ${unique("keys")}`);
  const name = unique("keys");

  await test.step("signing in", async () => {
    await page.goto(at.users);
    await alive(page);
    await tabTo(page, "E-mail");
    await page.keyboard.type(ada.email);
    await tabTo(page, "Password");
    await page.keyboard.type("seven quiet herons by the lake");
    await page.keyboard.press("Enter");
    await arrived(page, "Users");
    await alive(page);
  });

  await test.step("finding somebody", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type(bea.name);
    await expect(page.getByRole("rowgroup").last().getByRole("row")).toHaveCount(1);
    await tabTo(page, `${bea.name}${bea.email}`);
    await page.keyboard.press("Enter");
    await arrived(page, bea.name);
  });

  await test.step("jumping to Projects", async () => {
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Search or jump to" });
    await expect(palette.getByRole("combobox")).toBeFocused();
    await page.keyboard.type("projects man");
    await expect(palette.getByRole("option", { name: "Users management" })).toHaveCount(0);
    await page.keyboard.press("Enter");
    await arrived(page, "Projects");
    await expect(palette).toBeHidden();
  });

  await test.step("creating one", async () => {
    await tabTo(page, "Create project");
    await page.keyboard.press("Enter");
    await arrived(page, "Create project");
    await tabTo(page, "Name");
    await page.keyboard.type(name);
    await tabTo(page, "Description");
    await page.keyboard.type("Made without a mouse.");
    await tabTo(page, "Create project");
    await page.keyboard.press("Enter");
    await arrived(page, name);
  });

  await test.step("adding somebody", async () => {
    await tabTo(page, "Add member");
    await page.keyboard.type(bea.name);
    await expect(page.getByRole("option", { name: bea.name })).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("listbox", { name: "Suggestions" })).toBeHidden();
    await page.keyboard.press("Enter");
    await expect(toast(page)).toContainText(` to ${name} as member.`);
  });

  await test.step("giving the project a budget", async () => {
    await tabTo(page, `Platform budget of ${name}`);
    await page.keyboard.type("platform eng");
    await expect(page.getByRole("option", { name: "Platform engineering" })).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("listbox", { name: "Suggestions" })).toBeHidden();
    await page.keyboard.press("Enter");
    await expect(toast(page)).toContainText(/Budget .+ assigned\./);
    await expect(section(page, "Budgets").getByRole("button", { name: "Unassign" })).toHaveCount(1);
  });
});

test("the palette opens, closes and gives the focus back", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page);
  const opener = page.getByRole("button", { name: "Search or jump to" }).first();
  await opener.focus();
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Search or jump to" });
  await expect(palette).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(palette).toBeHidden();
  await expect(opener).toBeFocused();
});

test("a page says that it is alive only when it listens to keys", async ({ open }) => {
  const page = await open(MAINTAINER);
  let letPass = (): void => {};
  const held = new Promise<void>((resolve) => (letPass = resolve));
  // The code of the page itself, which the first file asks for.
  const asked = page.waitForRequest((request) => /\.wasm$/.test(request.url()) && !request.url().endsWith("/app_bg.wasm"));
  await page.route(/\.wasm$/, async (route) => {
    if (!route.request().url().endsWith("/app_bg.wasm")) {
      await held;
    }
    await route.continue();
  });
  await page.goto(at.users);
  await asked;
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await expect(page.locator("html")).not.toHaveAttribute("data-alive");
  letPass();
  await alive(page);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Search or jump to" })).toBeVisible();
});

test("a slash goes to the search", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page);
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search users" })).toBeFocused();
  await page.keyboard.type("a/b");
  await expect(page.getByRole("searchbox", { name: "Search users" })).toHaveValue("a/b");
});

/** Presses Tab until the focus is on what is called so; initials or a key may stand beside it. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (const _ of Array(80).keys()) {
    await page.keyboard.press("Tab");
    const called = await page.evaluate(() => {
      const focused = document.activeElement;
      const label = focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement ? focused.labels?.[0] : null;
      return focused === document.body ? "" : (label ?? focused)?.textContent?.trim() ?? "";
    });
    if (called.includes(name)) {
      return;
    }
  }
  throw new Error(`the keyboard does not reach “${name}”`);
}

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

async function origin(page: Page): Promise<string> {
  await page.goto(at.profile);
  return new URL(page.url()).origin;
}
