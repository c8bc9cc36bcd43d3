import { expectAccessible } from "../support/accessible";
import { MAINTAINER } from "../support/console";
import { at, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

test("a budget is assigned from its own page, to a user and to a project", async ({ page, people, scripts, faults }) => {
  faults.allow(/status of 422/);
  const budget = await people.addBudget();
  const project = await people.addProject();
  const zelda = await people.add("Zelda Assigned");
  await page.goto(at.signIn);
  await signIn(page, MAINTAINER, PASSWORD);
  await page.waitForURL(/overview/);
  await page.goto(at.budget(budget.id));
  await alive(page, scripts);
  const assign = section(page, "Assign");
  if (scripts) {
    await expectAccessible(page);
  }

  await assign.getByLabel("Assign to user", { exact: true }).fill(zelda.email);
  await assign.getByRole("button", { name: "Assign to user" }).click();
  await expect(toast(page)).toContainText(/Budget .+ assigned\./);
  await expect(section(page, "Assigned to").getByRole("link", { name: zelda.name })).toBeVisible();

  await assign.getByLabel("Assign to project", { exact: true }).fill("no project is called this");
  await assign.getByRole("button", { name: "Assign to project" }).click();
  await expect(assign.getByText("No project is called “no project is called this”.")).toBeVisible();

  await assign.getByLabel("Assign to project", { exact: true }).fill(project);
  await assign.getByRole("button", { name: "Assign to project" }).click();
  await expect(section(page, "Assigned to").getByRole("link", { name: project })).toBeVisible();
});
