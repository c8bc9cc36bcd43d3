import type { Page } from "@playwright/test";
import { expectAccessible } from "../support/accessible";
import { MAINTAINER } from "../support/console";
import { at, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

/** The page that deletes a budget, reached from the budget's own page. */
async function deletionPage(page: Page, budget: { id: string; name: string }, scripts: boolean): Promise<void> {
  await page.goto(at.signIn);
  await signIn(page, MAINTAINER, PASSWORD);
  await page.waitForURL(/overview/);
  await page.goto(at.budget(budget.id));
  await alive(page, scripts);
  await page.getByRole("link", { name: "Delete budget" }).click();
  await expect(page.getByRole("heading", { name: `Delete ${budget.name}` })).toBeVisible();
}

test("an unassigned budget is deleted, and back after Undo", async ({ page, people, scripts }) => {
  const budget = await people.addBudget();
  await deletionPage(page, budget, scripts);
  if (scripts) {
    await expectAccessible(page);
  }
  await page.getByRole("button", { name: "Delete budget" }).click();
  await expect(toast(page)).toContainText(`Budget ${budget.name} deleted.`);
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(page).toHaveURL(new RegExp(budget.id));
  await expect(page.getByRole("heading", { name: budget.name })).toBeVisible();
});

test("an assigned budget is deleted after its exact holders are confirmed", async ({ page, people, scripts, faults }) => {
  faults.allow(/status of 409/);
  const budget = await people.addBudget();
  const project = await people.addProject();
  const [one, two] = [await people.add("Zelda Holder"), await people.add("Zelda Later")];
  await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: one.id });
  await people.maintainer.send("/act/budgets/assign-to-project", { budget: budget.id, project });
  await deletionPage(page, budget, scripts);
  await expect(page.getByText("1 user and 1 project will lose this budget.")).toBeVisible();
  await expect(page.getByRole("link", { name: one.name })).toHaveAttribute("href", at.user(one.id));
  await expect(page.getByRole("link", { name: project })).toBeVisible();
  if (scripts) {
    await expectAccessible(page);
  }

  await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: two.id });
  await page.getByRole("button", { name: "Unassign everywhere and delete" }).click();
  await expect(page.getByRole("alert")).toContainText("now 2 users and 1 project would lose the budget");
  await expect(page.getByText("2 users and 1 project will lose this budget.")).toBeVisible();
  await page.getByRole("button", { name: "Unassign everywhere and delete" }).click();
  await expect(toast(page)).toContainText(`Budget ${budget.name} unassigned from 2 users and 1 project and deleted.`);
  await page.goto(at.user(two.id));
  await expect(section(page, "Budgets").getByRole("link", { name: budget.name })).toHaveCount(0);
});
