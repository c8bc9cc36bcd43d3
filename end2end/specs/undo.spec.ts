import { MAINTAINER } from "../support/console";
import { at, row, section, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";

test("somebody removed from a project is back after Undo, with the same role", async ({ open, people }) => {
  const project = await people.addProject();
  const ada = await people.add("Ada Returns");
  await people.addMember(project, ada, "admin");
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  await alive(page);

  await page.getByRole("button", { name: `Remove ${ada.name} from ${project}` }).click();
  const question = page.getByRole("dialog", { name: `Remove ${ada.name} from ${project}?` });
  await question.getByRole("button", { name: "Remove from project" }).click();
  await expect(toast(page)).toContainText(`Removed from ${project}.`);
  await expect(row(page, ada.name)).toHaveCount(0);

  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(row(page, ada.name).getByRole("combobox")).toHaveValue("admin");
  await expect(toast(page)).toContainText(`Added to ${project} as project admin.`);
});

test("a budget taken away is back after Undo", async ({ open, people }) => {
  const ada = await people.add("Ada Spends");
  const budget = await people.addBudget();
  await people.maintainer.send("/act/budgets/assign-to-person", { budget: budget.id, person: ada.id });
  const page = await open(MAINTAINER);
  await page.goto(at.user(ada.id));
  await alive(page);
  const budgets = section(page, "Budgets");
  await budgets.getByRole("button", { name: "Take away" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take budget away" }).click();
  await expect(budgets.getByRole("link", { name: budget.name })).toHaveCount(0);
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(budgets.getByRole("link", { name: budget.name })).toBeVisible();
});

test("a toast can be dismissed, and stays while the keyboard is on it", async ({ open, people }) => {
  const ada = await people.add("Ada Toasted");
  const page = await open(MAINTAINER);
  await page.clock.install();
  await page.goto(at.user(ada.id));
  await alive(page);
  await page.getByLabel("Shared projects").fill("5");
  await page.getByRole("button", { name: "Save limit" }).click();
  await expect(toast(page)).toContainText("Project limit saved.");
  await toast(page).getByRole("button", { name: "Dismiss" }).focus();
  await page.clock.fastForward("01:00");
  await expect(toast(page)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Project limit saved.")).toBeHidden();
});
