import type { Locator, Page } from "@playwright/test";
import { expectAccessible } from "../support/accessible";
import { MAINTAINER } from "../support/console";
import { type People, type Person, unique } from "../support/people";
import { at, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

/** A shared project with a display name. */
async function addProject(people: People, title: string): Promise<string> {
  const name = unique("chosen");
  await people.maintainer.send("/act/projects/create", { name, display_name: title, description: "Made for a test." });
  return name;
}

/** The page of a user, opened by the maintainer in the browser of this run. */
async function userPage(page: Page, people: People, scripts: boolean, name = "Zelda Chooser"): Promise<Person> {
  const zelda = await people.add(name);
  await page.goto(at.signIn);
  await signIn(page, MAINTAINER, PASSWORD);
  await page.waitForURL(/overview/);
  await page.goto(at.user(zelda.id));
  await alive(page, scripts);
  return zelda;
}

function field(page: Page): Locator {
  return section(page, "Projects").getByLabel("Add to project");
}

/** The suggestions on the screen. */
function suggestions(page: Page): Locator {
  return page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
}

function add(page: Page): Locator {
  return section(page, "Projects").getByRole("button", { name: "Add to project" });
}

test("a project is added by its display name, whatever its case and accents", async ({ page, people, scripts }) => {
  const title = `Zürich ${unique("maps")}`;
  await addProject(people, title);
  await userPage(page, people, scripts);
  await field(page).fill(title.replace("Zürich", "zurich"));
  await add(page).click();
  await expect(section(page, "Projects").getByRole("link", { name: title })).toBeVisible();
  await expect(field(page)).toHaveValue("");
});

test("a text that several names begin with leads to a choice of them", async ({ page, people, scripts, faults }) => {
  faults.allow(/status of 422/);
  const common = unique("twins");
  const [one] = [await addProject(people, `${common} one`), await addProject(people, `${common} two`)];
  await userPage(page, people, scripts);
  await section(page, "Projects").getByLabel("Role", { exact: true }).selectOption("admin");
  await field(page).fill(common);
  if (scripts) {
    await page.keyboard.press("Escape");
  }
  await add(page).click();
  await expect(field(page)).toHaveAccessibleDescription(/Choose one of these/);
  await expect(field(page)).toHaveValue(common);
  const choice = section(page, "Projects").getByRole("group", { name: "Which project?" });
  await expect(choice.getByRole("radio")).toHaveCount(2);
  if (!scripts) {
    await expect(choice.getByRole("radio").first()).toBeFocused();
  }
  await choice.getByRole("radio", { name: one }).check();
  await expect(section(page, "Projects").getByLabel("Role", { exact: true })).toHaveValue("admin");
  await add(page).click();
  await expect(toast(page)).toContainText(` to ${one} as project admin.`);
});

test("a name that no project has is said to have none, and stays in the field", async ({ page, people, scripts, faults }) => {
  faults.allow(/status of 422/);
  await userPage(page, people, scripts);
  await field(page).fill("doesnotexist");
  if (scripts) {
    await expect(section(page, "Projects").getByText("No project is called “doesnotexist”.").first()).toBeVisible();
  }
  await add(page).click();
  await expect(field(page)).toHaveAccessibleDescription(/No project is called “doesnotexist”/);
  await expect(field(page)).toHaveValue("doesnotexist");
});

test("members are added one after the other, with the role chosen once", async ({ page, people, scripts }) => {
  const project = await addProject(people, unique("crew"));
  const crew = [await people.add(`Zelda ${unique("one")}`), await people.add(`Zelda ${unique("two")}`)];
  await page.goto(at.signIn);
  await signIn(page, MAINTAINER, PASSWORD);
  await page.waitForURL(/overview/);
  await page.goto(at.project(project));
  await alive(page, scripts);
  const adding = section(page, "Add members");
  const member = adding.getByLabel("Add member", { exact: true });
  await adding.getByLabel("Role", { exact: true }).selectOption("admin");
  await member.focus();
  for (const { name, email } of crew) {
    await page.keyboard.type(scripts ? name.slice(0, -3) : email);
    if (scripts) {
      await page.keyboard.press("Enter");
      await expect(member).toHaveValue(name);
    }
    await page.keyboard.press("Enter");
    await expect(section(page, "Members").getByRole("link", { name })).toBeVisible();
    await expect(member).toHaveValue("");
    await expect(member).toBeFocused();
    await expect(adding.getByLabel("Role", { exact: true })).toHaveValue("admin");
  }
  await expect(section(page, "Members").getByRole("row").filter({ hasText: "Zelda" }).getByRole("combobox")).toHaveCount(2);
  for (const role of await section(page, "Members").getByRole("row").filter({ hasText: "Zelda" }).getByRole("combobox").all()) {
    await expect(role).toHaveValue("admin");
  }
});

test("a budget is chosen among those of its category, and none before", async ({ page, people, scripts, faults }) => {
  faults.allow(/status of 422/);
  const budget = await people.addBudget();
  const zelda = await userPage(page, people, scripts);
  const category = section(page, "Budgets").getByRole("listitem").filter({ hasText: "Platform" });
  const choice = category.getByLabel(`Platform budget of ${zelda.name}`);
  await category.getByRole("button", { name: "Assign" }).click();
  await expect(choice).toHaveAccessibleDescription(/Choose a budget/);
  await choice.fill("CLI standard");
  await category.getByRole("button", { name: "Assign" }).click();
  await expect(choice).toHaveAccessibleDescription(/No budget is called “CLI standard”/);
  await choice.fill(budget.name);
  await category.getByRole("button", { name: "Assign" }).click();
  await expect(toast(page)).toContainText(/Budget .+ assigned\./);
  await expect(category.getByRole("link", { name: budget.name })).toBeVisible();
});

test.describe("with scripts", () => {
  test.skip(({ scripts }) => !scripts, "suggestions need scripts");

  test("the keyboard alone finds and adds a project", async ({ page, people, scripts }) => {
    const common = unique("keys");
    const names = [await addProject(people, `${common} a`), await addProject(people, `${common} b`)];
    await userPage(page, people, scripts);
    await field(page).focus();
    await page.keyboard.type(common);
    const box = field(page);
    await expect(box).toHaveRole("combobox");
    await expect(box).toHaveAttribute("aria-expanded", "true");
    const options = suggestions(page);
    await expect(options).toHaveCount(2);
    await expect(options.first()).toHaveAttribute("aria-selected", "true");
    await expect(box).toHaveAttribute("aria-activedescendant", (await options.first().getAttribute("id")) ?? "");
    await expect(section(page, "Projects").getByRole("status")).toHaveText("2 projects");
    for (const [key, place] of [["ArrowDown", 1], ["ArrowDown", 0], ["ArrowUp", 1], ["Home", 0], ["End", 1]] as const) {
      await page.keyboard.press(key);
      await expect(options.nth(place), key).toHaveAttribute("aria-selected", "true");
    }
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(options).toHaveCount(0);
    await expect(box).toHaveValue(common);
    await page.keyboard.press("ArrowDown");
    await expect(options).toHaveCount(2);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(box).toHaveValue(`${common} b`);
    await expect(box).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(toast(page)).toContainText(` to ${names[1]} as member.`);
    await expect(box).toHaveValue("");
    await expect(box).toBeFocused();
  });

  test("Enter that ends the composition of an input method chooses nothing", async ({ page, people, scripts }) => {
    const title = unique("compose");
    await addProject(people, title);
    await userPage(page, people, scripts);
    await field(page).fill(title.slice(0, 12));
    await expect(suggestions(page)).toHaveCount(1);
    for (const composition of [{ isComposing: true }, { keyCode: 229 }]) {
      await field(page).dispatchEvent("keydown", { key: "Enter", ...composition });
      await expect(suggestions(page)).toHaveCount(1);
      await expect(field(page)).toHaveValue(title.slice(0, 12));
    }
  });

  test("Escape closes the suggestions and not the popover around them", async ({ page, people, scripts }) => {
    await userPage(page, people, scripts);
    await page.goto(at.users);
    await alive(page);
    await page.getByRole("button", { name: "Project", exact: true }).click();
    const filter = page.locator("#filter-project").getByLabel("Project", { exact: true });
    await filter.fill("atlas");
    await expect(suggestions(page).first()).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(suggestions(page).first()).toBeHidden();
    await expect(filter).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(filter).toBeHidden();
  });

  test("projects with the user are shown as such and cannot be chosen again", async ({ page, people, scripts }) => {
    const title = unique("again");
    const name = await addProject(people, title);
    const zelda = await userPage(page, people, scripts);
    await people.addMember(name, zelda);
    await field(page).fill(title);
    const option = suggestions(page).filter({ hasText: title });
    await expect(option).toContainText("Member already");
    await expect(option).toBeDisabled();
    await option.click({ force: true });
    await expect(field(page)).toHaveValue(title);
    await expect(suggestions(page)).toHaveCount(1);
  });

  test("the last text counts, whatever the order of the answers", async ({ page, people, scripts }) => {
    const title = unique("late");
    await addProject(people, title);
    await userPage(page, people, scripts);
    let isFirst = true;
    let asked = (): void => {};
    const first = new Promise<void>((resolve) => (asked = resolve));
    await page.route("**/data/suggest-projects", async (route) => {
      if (isFirst) {
        isFirst = false;
        asked();
        await page.waitForResponse("**/data/suggest-projects");
      }
      await route.continue();
    });
    const late = page.waitForResponse((response) => response.request().postData()?.includes("doesnotexist") === true);
    await field(page).fill("doesnotexist");
    await first;
    await field(page).fill(title);
    await expect(suggestions(page)).toHaveCount(1);
    await late;
    await expect(suggestions(page).filter({ hasText: title })).toHaveAttribute("aria-selected", "true");
  });

  test("a text that was pasted into the field opens its suggestions, one that was filled in elsewhere does not", async ({ page, people, scripts }) => {
    const title = unique("pasted");
    await addProject(people, title);
    await userPage(page, people, scripts);
    await field(page).fill(title);
    await expect(suggestions(page)).toHaveCount(1);
    await page.keyboard.press("Tab");
    await expect(suggestions(page)).toHaveCount(0);
    const asked = page.waitForRequest("**/data/suggest-projects", { timeout: 1_000 }).catch(() => undefined);
    await field(page).evaluate((input: HTMLInputElement, text) => {
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, title.slice(0, 8));
    expect(await asked).toBeUndefined();
    await expect(field(page)).toHaveAttribute("aria-expanded", "false");
  });

  test("Enter before the suggestions are there chooses the first", async ({ page, people, scripts }) => {
    const title = unique("quick");
    await addProject(people, title);
    await userPage(page, people, scripts);
    await field(page).focus();
    await page.keyboard.type(title.slice(0, 10));
    await page.keyboard.press("Enter");
    await expect(field(page)).toHaveValue(title);
    await expect(toast(page)).toHaveCount(0);
  });
});
