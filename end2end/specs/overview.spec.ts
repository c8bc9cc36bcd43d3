import { MAINTAINER } from "../support/console";
import { PHONE } from "../support/sizes";
import { arrived, at, section, signIn } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

test("a maintainer lands on a user at a hard limit and opens the user’s page", async ({ page, people, scripts }) => {
  const user = await people.add("Zelda At Limit");
  const budget = await people.addBudget();
  await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: user.id });
  await people.spend(user, "250");
  await people.maintainer.send("/act/jobs/run", { job: "raise alerts" });
  await page.goto(at.signIn);
  await alive(page, scripts);
  await signIn(page, MAINTAINER, PASSWORD);
  await arrived(page, "Overview");
  const item = section(page, "Needs a decision").getByRole("listitem").filter({ hasText: "at a hard limit" }).first();
  const named = item.getByRole("listitem").filter({ hasText: user.name });
  // The job starts within a few seconds.
  await expect(async () => {
    await page.reload();
    await expect(named).toContainText("$250.00 of $250.00", { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  await expect(named).toContainText("refused until");
  await alive(page, scripts);
  await named.getByRole("link", { name: user.name }).click();
  await arrived(page, user.name);
  await page.goto(at.overview);
  await alive(page, scripts);
  await item.getByRole("link", { name: "Show users" }).click();
  await arrived(page, "Users");
  await expect(page.getByRole("link", { name: "Clear the filter Usage" })).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: user.email })).toContainText("250, at hard limit");
});

test("what a user did stands under recent changes and leads to the audit log", async ({ open, people, scripts }) => {
  const project = await people.addProject();
  const page = await open(MAINTAINER);
  await page.goto(at.overview);
  await alive(page, scripts);
  const changes = section(page, "Recent changes");
  await expect(changes.getByRole("row").filter({ hasText: project })).toContainText("created");
  await changes.getByRole("link", { name: "Open audit log" }).click();
  await arrived(page, "Audit log");
});

test("an auditor sees limits and changes, and nothing to act with", async ({ open, people, scripts }) => {
  const page = await open((await people.add("Zelda Overseer", "auditor")).email);
  await page.goto("/");
  await arrived(page, "Overview");
  await alive(page, scripts);
  await expect(section(page, "Recent changes")).toBeVisible();
  await expect(section(page, "Needs a decision")).toBeVisible();
  const main = page.getByRole("main");
  await expect(main.getByRole("link", { name: "Audit chain" })).toBeVisible();
  await expect(main.getByRole("link", { name: /^(Jobs|Deliveries|Open jobs)$/ })).toHaveCount(0);
  await expect(main.getByRole("button").and(page.locator("[type=submit]"))).toHaveCount(0);
});

test("a developer has no overview and begins at My access", async ({ open, people, scripts, faults }) => {
  faults.allow(/status of 403/);
  const page = await open((await people.add("Zelda Developer")).email);
  await page.goto("/");
  await arrived(page, "My access");
  await alive(page, scripts);
  await expect(page.getByRole("link", { name: "Overview" })).toHaveCount(0);
  expect((await page.goto(at.overview))?.status()).toBe(403);
});

test("the overview is the first place of the navigation, on a phone in the drawer", async ({ open, scripts }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page, scripts);
  await page.getByLabel("Main").getByRole("link").nth(1).click();
  await arrived(page, "Overview");
  await page.setViewportSize(PHONE);
  await page.getByRole("button", { name: "More" }).click();
  await expect(page.getByRole("link", { name: "Overview" })).toHaveAttribute("aria-current", "page");
});
