import type { Locator, Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { arrived, at, row, section, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";

/** Statuses that a script's refused post is answered with. */
const REFUSED = /status of 4(09|22)/;

const limit = (page: Page): Locator => page.getByLabel("Shared projects");
const role = (page: Page, name: string): Locator => row(page, name).getByRole("combobox");

/** An action beside the edited form, after which the page is read again. */
async function remove(page: Page, name: string, project: string): Promise<void> {
  await page.getByRole("button", { name: `Remove ${name} from ${project}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove from project" }).click();
  await expect(toast(page)).toContainText(`Removed ${name}`);
}

test("what is chosen and typed before the page is read again stays", async ({ open, people }) => {
  const zelda = await people.add("Zelda Changed");
  const page = await open(MAINTAINER);
  await page.goto(at.user(zelda.id));
  await alive(page);
  const roles = section(page, "Platform role");
  await roles.getByRole("radio", { name: /^Auditor/ }).check();
  await roles.getByRole("button", { name: "Save role" }).click();
  await expect(toast(page)).toContainText("Auditor");
  await page.route("**/data/user", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await route.continue();
  });
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(toast(page)).toContainText("is User again");
  await roles.getByRole("radio", { name: /^Admin/ }).check();
  await limit(page).fill("4");
  await expect(section(page, "Facts").getByText("Auditor")).toHaveCount(0);
  await expect(roles.getByRole("radio", { name: /^Admin/ })).toBeChecked();
  await expect(roles.getByRole("button", { name: "Save role" })).toBeVisible();
  await expect(limit(page)).toHaveValue("4");
});

test("what was entered before another user saved leads to the choice between both", async ({ open, people, faults }) => {
  faults.allow(REFUSED);
  const project = await people.addProject();
  const [zelda, max] = [await people.add("Zelda Renamed"), await people.add("Max Meanwhile", "maintainer")];
  await people.addMember(project, zelda);
  const [mine, theirs] = [await open(MAINTAINER), await open(max.email)];
  for (const page of [mine, theirs]) {
    await page.goto(at.user(zelda.id));
    await alive(page);
  }
  const email = (page: Page): Locator => page.getByLabel("E-mail", { exact: true });
  await email(mine).fill(`mine-${zelda.email}`);
  await email(theirs).fill(`theirs-${zelda.email}`);
  await theirs.getByRole("button", { name: "Change address" }).click();
  await expect(toast(theirs)).toContainText("E-mail address changed.");

  await remove(mine, zelda.name, project);
  await expect(mine.getByText(`theirs-${zelda.email}`).first()).toBeVisible();
  await expect(email(mine)).toHaveValue(`mine-${zelda.email}`);
  await mine.getByRole("button", { name: "Change address" }).click();
  await expect(mine.getByRole("radio", { name: `E-mail: keep theirs, theirs-${zelda.email}` })).toBeVisible();
});

test("a refused form keeps its text through the next action, and other forms theirs through the refusal", async ({ open, people, faults }) => {
  faults.allow(REFUSED);
  const [first, second] = [await people.addProject(), await people.addProject()];
  const zelda = await people.add("Zelda Refused");
  for (const project of [first, second]) {
    await people.addMember(project, zelda);
  }
  const page = await open(MAINTAINER);
  await page.goto(at.user(zelda.id));
  await alive(page);
  await page.getByLabel("E-mail", { exact: true }).fill(`other-${zelda.email}`);
  await limit(page).fill("many");
  await page.getByRole("button", { name: "Save limit" }).click();
  await expect(limit(page)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue(`other-${zelda.email}`);
  for (const project of [first, second]) {
    await remove(page, zelda.name, project);
    await expect(row(page, project)).toHaveCount(0);
    await expect(limit(page)).toHaveValue("many");
    await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue(`other-${zelda.email}`);
  }
  await limit(page).fill("3");
  await page.getByRole("button", { name: "Save limit" }).click();
  await expect(toast(page)).toContainText("Project limit saved.");

  await test.step("the page of another user, shown in its place, has none of it", async () => {
    const zora = await people.add("Zora Elsewhere");
    await limit(page).fill("8");
    await page.keyboard.press("Control+k");
    await page.keyboard.type(zora.email);
    await expect(page.getByRole("option", { name: zora.name })).toBeVisible();
    await page.keyboard.press("Enter");
    await arrived(page, zora.name);
    await expect(limit(page)).toHaveValue("");
    await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue(zora.email);
  });
});

test("a row stays with its member: choice, focus and open question, whoever leaves or comes back", async ({ open, people, faults }) => {
  faults.allow(REFUSED);
  const project = await people.addProject();
  const tag = unique("row");
  const [ann, bob, cleo] = [
    await people.add(`Zelda A ${tag}`),
    await people.add(`Zelda B ${tag}`),
    await people.add(`Zelda C ${tag}`),
  ];
  for (const member of [ann, bob, cleo]) {
    await people.addMember(project, member);
  }
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  await alive(page);
  await role(page, bob.name).selectOption("admin");

  await people.maintainer.send("/act/members/remove", { project, person: ann.id });
  await test.step("a refusal shows that another member left", async () => {
    await page.getByRole("combobox", { name: "Add member" }).fill("No such user is here");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Add member" }).click();
    await expect(row(page, ann.name)).toHaveCount(0);
    await expect(role(page, bob.name)).toHaveValue("admin");
    await expect(role(page, cleo.name)).toHaveValue("member");
  });

  await people.addMember(project, ann);
  await role(page, cleo.name).focus();
  await row(page, cleo.name).evaluate((row) => Object.assign(row, { isTheSame: true }));
  await remove(page, bob.name, project);
  await expect(row(page, ann.name)).toBeVisible();
  await expect(role(page, ann.name)).toHaveValue("member");
  await expect(role(page, cleo.name)).toHaveValue("member");
  expect(await row(page, cleo.name).evaluate((row) => "isTheSame" in row)).toBe(true);
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(row(page, bob.name)).toBeVisible();
  await expect(page.locator("main tbody").getByRole("link", { name: tag })).toHaveText([/ A /, / B /, / C /]);
});

test("a choice that was made stays chosen when the page is read again", async ({ open, people }) => {
  const project = await people.addProject();
  const name = `Zelda ${unique("twin")}`;
  const [, chosen] = [await people.add(name), await people.add(name)];
  const leaving = await people.add("Zelda Leaving");
  await people.addMember(project, leaving);
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  await alive(page);
  const field = page.getByRole("combobox", { name: "Add member" });
  await field.fill(name);
  await page.getByRole("option").filter({ hasText: chosen.email }).click();
  await remove(page, leaving.name, project);
  await expect(row(page, leaving.name)).toHaveCount(0);
  await expect(field).toHaveValue(name);
  await expect(page.getByText(chosen.email)).toBeVisible();
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(row(page, name)).toContainText(chosen.email);
  await expect(field).toHaveValue("");
});

test("a page with a choice that was made is left, and is empty afterwards", async ({ open, people }) => {
  const project = await people.addProject();
  const zelda = await people.add(`Zelda ${unique("left")}`);
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  await alive(page);
  const field = page.getByRole("combobox", { name: "Add member" });
  for (const next of ["Users", "Projects"]) {
    await field.fill(zelda.name);
    await page.getByRole("option").filter({ hasText: zelda.email }).click();
    await expect(field).toHaveValue(zelda.name);
    await page.getByLabel("Main").getByRole("link", { name: `${next} management` }).click();
    await arrived(page, next);
    await page.goBack();
    await arrived(page, project);
    await expect(field).toHaveValue("");
  }
});
