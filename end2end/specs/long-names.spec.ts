import type { Locator, Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { arrived, at, section, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";

/** A name of 100 characters without a place to break it. */
function longName(): string {
  return unique("long").padEnd(100, "x");
}

for (const size of [
  { width: 360, height: 800 },
  { width: 1440, height: 1000 },
]) {
  test(`the buttons of a toast are inside it at ${size.width} px, however long the name`, async ({ open, people, scripts }) => {
    const project = longName();
    await people.maintainer.send("/act/projects/create", { name: project, display_name: "", description: "Long." });
    const page = await open(MAINTAINER);
    await page.setViewportSize(size);
    await page.goto(at.project(project));
    await alive(page, scripts);
    await section(page, "Delete project").getByRole("button", { name: "Delete project" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete project" }).click();
    await arrived(page, "Projects");
    const box = toast(page).locator("> div");
    const text = box.getByRole("paragraph");
    await expect(text).toContainText("…");
    await expect(text).toContainText(project.slice(0, 13));
    for (const name of scripts ? ["Undo", "Dismiss"] : ["Undo"]) {
      await expectInside(box, box.getByRole("button", { name }));
    }
    const lines = await text.evaluate((element) => {
      return element.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(element).lineHeight);
    });
    expect(Math.round(lines)).toBeLessThanOrEqual(2);
    await box.getByRole("button", { name: "Undo" }).click();
    await arrived(page, project);
    expect(await sideways(page)).toEqual([]);
  });

  test(`a name of one long word scrolls no page sideways at ${size.width} px`, async ({ open, people, scripts }) => {
    const project = longName();
    const description = "d".repeat(90);
    await people.maintainer.send("/act/projects/create", { name: project, display_name: "", description });
    const user = await people.add("n".repeat(90));
    await people.addMember(project, user);
    const page = await open(MAINTAINER);
    await page.setViewportSize(size);
    for (const path of [at.user(user.id), at.project(project), at.editProject(project), `${at.projects}?q=${project}`, at.users]) {
      await page.goto(path);
      await alive(page, scripts);
      expect.soft(await sideways(page), path).toEqual([]);
    }
  });
}

/** Checks that a button is whole within a box and what a pointer hits there. */
async function expectInside(box: Locator, button: Locator): Promise<void> {
  const [outer, inner] = await Promise.all([box.boundingBox(), button.boundingBox()]);
  expect(outer).not.toBeNull();
  expect(inner).not.toBeNull();
  if (outer && inner) {
    expect(inner.x).toBeGreaterThanOrEqual(outer.x);
    expect(inner.x + inner.width).toBeLessThanOrEqual(outer.x + outer.width);
    expect(inner.y).toBeGreaterThanOrEqual(outer.y);
    expect(inner.y + inner.height).toBeLessThanOrEqual(outer.y + outer.height);
  }
  await button.click({ trial: true });
}

/** What sticks out when the page can be scrolled sideways. */
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    if (root.scrollWidth <= root.clientWidth) {
      return [];
    }
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      return element.getBoundingClientRect().right > root.clientWidth + 0.5;
    });
    return wide.map((element) => element.outerHTML.slice(0, 160));
  });
}
