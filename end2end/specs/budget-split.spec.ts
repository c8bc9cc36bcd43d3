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
  await page.waitForURL(/users/);
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
    await split.getByRole("button", { name: "Raise CLI share by 1 %" }).click();
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
