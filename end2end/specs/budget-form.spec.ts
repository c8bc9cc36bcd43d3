import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { arrived, at, row, section } from "../support/steps";
import { expect, test } from "../support/test";

/** The status that a script's refused post is answered with. */
const REFUSED = /status of 422/;

test("a budget finer than a cent is shown exactly and keeps its amounts when it is renamed", async ({ open, people }) => {
  const page = await open(MAINTAINER);
  const budget = await people.addBudget({ soft_limit: "0.50", hard_limit: "33.333333333" });
  await page.goto(`${at.budgets}?q=${budget.name}`);
  await expect(row(page, budget.name)).toContainText("$33.333333333");
  await expect(row(page, budget.name)).toContainText("$0.50");
  await page.goto(at.editBudget(budget.id));
  await expect(page.getByLabel("Hard limit")).toHaveValue("33.333333333");
  const renamed = unique("renamed");
  await page.getByLabel("Name", { exact: true }).fill(renamed);
  await page.getByRole("button", { name: "Save budget" }).click();
  await arrived(page, renamed);
  await expect(section(page, "Limits")).toContainText("$33.333333333");
  await expect(section(page, "Limits")).toContainText("$0.50");
});

test("an ambiguous amount is refused, and each of the spellings offered is taken", async ({ open, people, faults }) => {
  faults.allow(REFUSED);
  const budget = await people.addBudget({ soft_limit: "1", hard_limit: "50,000" });
  const page = await open(MAINTAINER);
  for (const [typed, problem, spelling, saved] of [
    ["33.333", "“33.333” is ambiguous. Write 33.3330 or 33,333.", "33.3330", "$33.3330"],
    ["1.234,56", "“1.234,56” is ambiguous. Write 1,234.56 or 123,456.", "1,234.56", "$1,234.56"],
  ] as const) {
    await page.goto(at.editBudget(budget.id));
    await page.getByLabel("Hard limit").fill(typed);
    await page.getByRole("button", { name: "Save budget" }).click();
    await expect(page.getByLabel("Hard limit")).toHaveAccessibleDescription(new RegExp(`^${problem}`));
    await expect(page.getByLabel("Hard limit")).toHaveValue(typed);
    await page.getByLabel("Hard limit").fill(spelling);
    await page.getByRole("button", { name: "Save budget" }).click();
    await arrived(page, budget.name);
    await expect(section(page, "Limits")).toContainText(saved);
  }
});

test("a reset period is chosen, or given as a number with a unit in words", async ({ open, scripts, faults }) => {
  faults.allow(REFUSED);
  const name = unique("period");
  const page = await open(MAINTAINER);
  await page.goto(at.newBudget);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Soft limit").fill("40");
  await page.getByLabel("Hard limit").fill("50");
  await expect(period(page)).toHaveAccessibleDescription("Resets every 30 days.");
  await expect(page.getByLabel("Number of hours or days")).toBeHidden();
  await choose(page, "1 day");
  await expect(period(page)).toHaveAccessibleDescription("Resets every day.");

  await choose(page, "Other");
  await page.getByLabel("Number of hours or days").fill("1m");
  await page.getByRole("button", { name: "Create budget" }).click();
  const count = page.getByLabel("Number of hours or days");
  await expect(count).toHaveAccessibleDescription(/Enter a whole number of days from 1 to 366./);
  await expect(count).toHaveValue("1m");
  await page.getByRole("alert").getByRole("link", { name: /^Reset period: / }).click();
  await expect(count).toBeFocused();

  await count.fill("36");
  await page.getByLabel("Unit").selectOption("hours");
  if (scripts) {
    await expect(period(page)).toHaveAccessibleDescription("Resets every 36 hours.");
  }
  await page.getByRole("button", { name: "Create budget" }).click();
  await arrived(page, name);
  await expect(section(page, "Limits")).toContainText(/every 36 hours/i);

  await page.getByRole("link", { name: "Edit budget" }).click();
  await arrived(page, `Edit ${name}`);
  await expect(count).toHaveValue("36");
  await choose(page, "7 days");
  await page.getByRole("button", { name: "Save budget" }).click();
  await arrived(page, name);
  await expect(section(page, "Limits")).toContainText(/every 7 days/i);
});

test("the category of an assigned budget cannot be chosen, and the rest is saved", async ({ open, people }) => {
  const budget = await people.addBudget();
  const ada = await people.add("Ada Assigned");
  await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: ada.id });
  const page = await open(MAINTAINER);
  await page.goto(at.editBudget(budget.id));
  await expect(page.getByLabel("Category")).toBeDisabled();
  await expect(page.getByLabel("Category")).toHaveAccessibleDescription(/^Cannot change while the budget is assigned./);
  await page.getByRole("link", { name: "Show assignments" }).click();
  await expect(section(page, "Assigned to")).toContainText("Ada Assigned");
  await page.goto(at.editBudget(budget.id));
  await page.getByLabel("Hard limit").fill("260");
  await page.getByRole("button", { name: "Save budget" }).click();
  await arrived(page, budget.name);
  await expect(section(page, "Limits")).toContainText("$260.00");
});

function period(page: Page) {
  return page.getByRole("group", { name: "Reset period" });
}

/** Presses the words of a segment, as one does: its radio button is under them. */
async function choose(page: Page, words: string): Promise<void> {
  await period(page).getByText(words, { exact: true }).click();
}
