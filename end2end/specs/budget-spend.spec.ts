import { MAINTAINER } from "../support/console";
import { PHONE } from "../support/sizes";
import { arrived, at, section, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";

/** The status that a script's refused post is answered with. */
const REFUSED = /status of 422/;

test("a user sees what is spent of the own budget, and when it resets", async ({ open, people }) => {
  const [user, budget] = [await people.add("Zelda Spender"), await people.addBudget()];
  await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: user.id });
  await people.spend(user, "243.905000001");
  const page = await open(user.email);
  await page.setViewportSize(PHONE);
  await page.goto(at.myAccess);
  const budgets = section(page, "Budgets");
  await expect(budgets).toContainText("$6.09left");
  await expect(budgets).toContainText("$243.90 of $250.00");
  await expect(budgets).toContainText("Over the soft limit. Calls stop at $250.00.");
  await expect(budgets.locator("time").first()).toHaveText(/^in (29|30) days$/);
  const meter = page.getByRole("meter", { name: "Spend of your Platform budget" });
  await expect(meter).toHaveAttribute("aria-valuetext", "$243.90 of $250.00, over soft limit");
  await expect(meter).toHaveAttribute("title", "$243.905000001 of $250.00");
});

test("a budget follows the calendar of a time zone", async ({ open, people, faults, scripts }) => {
  faults.allow(REFUSED);
  const [user, budget] = [await people.add("Zelda Calendar"), await people.addBudget()];
  await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: user.id });
  const page = await open(MAINTAINER);
  await page.goto(at.editBudget(budget.id));
  await alive(page, scripts);
  await expect(page.getByLabel("Time zone")).toBeHidden();
  await page.getByText("Calendar", { exact: true }).click();
  await page.getByLabel("Time zone").fill("Mars/Phobos");
  await page.getByRole("button", { name: "Save budget" }).click();
  await expect(page.getByLabel("Time zone")).toHaveAccessibleDescription(/^Choose a time zone from the list/);

  await page.getByLabel("Time zone").fill("Europe/Warsaw");
  await page.getByRole("button", { name: "Save budget" }).click();
  await arrived(page, budget.name);
  await expect(section(page, "Limits")).toContainText(/every calendar month, Europe\/Warsaw/i);
  // Midnight of the first day of a month in Warsaw is 22:00 or 23:00 of the day before.
  await page.goto(at.user(user.id));
  const next = section(page, "Budgets").locator("time").first();
  await expect(next).toHaveAttribute("title", /^(28|29|30|31) \w+ \d{4}, 2[23]:00 UTC$/);
});

test("a maintainer resets the budget of a user by hand", async ({ open, people, scripts }) => {
  const [user, budget] = [await people.add("Zelda Reset"), await people.addBudget()];
  await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: user.id });
  await people.spend(user, "250");
  const page = await open(MAINTAINER);
  await page.goto(at.user(user.id));
  await alive(page, scripts);
  const budgets = section(page, "Budgets");
  await expect(budgets).toContainText("At hard limit");
  await budgets.getByRole("button", { name: "Reset now" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("The $250.00 spent so far is kept in it.");
  await dialog.getByRole("button", { name: "Reset budget" }).click();
  await expect(toast(page)).toContainText("Platform budget reset.");
  await expect(budgets).toContainText("$0.00of $250.00");
  await expect(budgets).not.toContainText("At hard limit");

  await page.goto(at.budget(budget.id));
  await expect(section(page, "Past windows")).toContainText("250/ 250");
});
