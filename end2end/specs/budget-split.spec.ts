import { expectAccessible } from "../support/accessible";
import { MAINTAINER } from "../support/console";
import { at, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

test("a maintainer splits a total over categories and gives a member a fixed share", async ({ page, people, scripts, faults }) => {
  faults.allow(/status of 422/);
  const project = await people.addProject();
  const member = await people.add("Zelda Trainer");
  await people.addMember(project, member);
  await page.goto(at.signIn);
  await signIn(page, MAINTAINER, PASSWORD);
  await page.waitForURL(/overview/);
  await page.goto(at.projectSplit(project));
  await alive(page, scripts);
  const split = section(page, "Split over categories");
  await split.getByLabel("Name").fill("Total of the year");
  await split.getByLabel("Total for each window").fill("100");
  await split.getByLabel("Platform share", { exact: true }).fill("60");
  await split.getByLabel("CLI share", { exact: true }).fill("39");
  await split.getByLabel("Premium models share", { exact: true }).fill("0");
  if (scripts) {
    await expect(split.locator("p[role=status]")).toContainText("99");
    await split.getByRole("slider", { name: "CLI share" }).fill("41");
    await expect(split.getByLabel("CLI share", { exact: true })).toHaveValue("41");
    await expect(split.locator("p[role=status]")).toContainText("The percentages sum to 101");
    await split.getByRole("button", { name: "Lower CLI share by 1 %" }).click();
    await expect(split.locator("p[role=status]")).toContainText("Sum: $100.00");
  } else {
    await split.getByRole("button", { name: "Save split" }).click();
    await expect(page.getByText("The percentages sum to 99. Make them sum to 100.").first()).toBeVisible();
    await split.getByLabel("CLI share", { exact: true }).fill("40");
  }
  await split.getByRole("button", { name: "Save split" }).click();
  await expect(toast(page)).toContainText("Split saved.");

  await section(page, "Member limits").getByRole("button", { name: "Switch member limits on" }).click();
  const shares = section(page, "Member shares");
  await expect(shares).toContainText("$60.00 = 2 equal shares of $30.00.");
  await shares.getByLabel("Member", { exact: true }).selectOption(member.name);
  await shares.getByLabel("Budget", { exact: true }).selectOption("CLI, $40.00");
  await shares.getByLabel("Hard limit").fill("40.01");
  await shares.getByLabel("Soft limit").fill("10");
  await shares.getByLabel("Reason").fill("Trains the models");
  await shares.getByRole("button", { name: "Set fixed share" }).click();
  await expect(shares).toContainText("$0.01 above the budget of $40.00");
  await shares.getByLabel("Hard limit").fill("25");
  await shares.getByRole("button", { name: "Set fixed share" }).click();
  await expect(shares).toContainText("$40.00 = 1 fixed share ($25.00) + 1 equal share of $15.00.");
  if (scripts) {
    await expectAccessible(page);
  }
  await shares.getByRole("button", { name: new RegExp(`^Make equal ?: ${member.name}, CLI$`) }).click();
  await expect(shares).toContainText("$40.00 = 2 equal shares of $20.00.");
});

test("a share and a group that another user changed meanwhile are not overwritten", async ({ page, people, scripts, faults }) => {
  faults.allow(/status of 409/);
  const project = await people.addProject();
  const member = await people.add("Zelda Stale");
  await people.addMember(project, member);
  const group = { name: "Total of the year", total: "100", period: "30d", platform: "60", cli: "40" };
  await people.maintainer.send("/act/projects/create-budget-group", { project, ...group });
  await people.maintainer.send("/act/projects/enforce-member-limits", { project, is_enforced: "true" });
  await page.goto(at.signIn);
  await signIn(page, MAINTAINER, PASSWORD);
  await page.waitForURL(/overview/);
  await page.goto(at.projectSplit(project));
  await alive(page, scripts);

  const shares = section(page, "Member shares");
  const budget = await shares.getByLabel("Budget", { exact: true }).inputValue();
  const share = { hard_limit: "10", soft_limit: "1", reason: "Trains the models" };
  await people.maintainer.send("/act/projects/set-member-share", { project, budget, person: member.id, ...share });
  await shares.getByLabel("Member", { exact: true }).selectOption(member.name);
  await shares.getByLabel("Hard limit").fill("5");
  await shares.getByLabel("Soft limit").fill("1");
  await shares.getByLabel("Reason").fill("Reads the handbook");
  await shares.getByRole("button", { name: "Set fixed share" }).click();
  await expect(page.getByRole("alert")).toContainText("saved this since you loaded the page");
  await expect(shares).toContainText("1 fixed share ($10.00)");
  await shares.getByRole("button", { name: "Set fixed share" }).click();
  await expect(shares).toContainText("1 fixed share ($5.00)");

  const hidden = async (name: string) => page.locator(`input[name=${name}]`).first().inputValue();
  const stored = { project, group: await hidden("group"), version: await hidden("version") };
  await people.maintainer.send("/act/projects/edit-budget-group", { ...stored, ...group, total: "200" });
  const deletion = section(page, "Delete budget group");
  await deletion.getByRole("button", { name: "Delete budget group" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete budget group" }).click();
  await expect(page.getByRole("alert")).toContainText("saved this since you loaded the page");
  await expect(section(page, "Split over categories")).toContainText("Total of the year, $200.00 every 30 days");
  await deletion.getByRole("button", { name: "Delete budget group" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete budget group" }).click();
  await expect(toast(page)).toContainText("Budget group deleted.");
});
