import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import type { Person } from "../support/people";
import { arrived, at, row, section, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";

/** The status that a script's refused post is answered with. */
const REFUSED = /status of (409|422)/;

test("a user requests more, a maintainer approves, and the user has the new limit", async ({
  open,
  people,
  faults,
  scripts,
}) => {
  faults.allow(REFUSED);
  const user = await people.add("Zelda Requests");
  const [small, large] = [
    await people.addBudget(),
    await people.addBudget({ soft_limit: "300", hard_limit: "417.31" }),
  ];
  await people.maintainer.send("/act/budgets/assign-to-user", { budget: small.id, person: user.id });
  const page = await open(user.email);
  await page.goto(at.myAccess);
  await alive(page, scripts);
  await section(page, "Budgets").getByRole("link", { name: "Request increase : Platform" }).click();
  await arrived(page, "Request a Platform budget");
  await alive(page, scripts);
  const limit = page.getByLabel("Hard limit");
  await expect(limit).toHaveAccessibleDescription(/hard limit of \$250\.00 now/);
  await page.getByLabel("Reason").fill("The nightly migration.");
  for (const [typed, said] of [
    ["1.250", /ambiguous/],
    ["250", /^The hard limit is \$250\.00 now\. Enter more than that\./],
  ] as const) {
    await limit.fill(typed);
    await page.getByRole("button", { name: "Request budget" }).click();
    await expect(limit).toHaveAccessibleDescription(said);
    await expect(limit).toHaveValue(typed);
    await expect(page.getByLabel("Reason")).toHaveValue("The nightly migration.");
  }
  await limit.fill("417.31");
  await page.getByRole("button", { name: "Request budget" }).click();
  await arrived(page, "My access");
  await expect(section(page, "Budgets")).toContainText(/Waiting\$417\.31requested/);
  await expect(section(page, "Budgets").getByRole("link", { name: "Request increase : Platform" })).toHaveCount(0);

  const maintainer = await open(MAINTAINER);
  await openRequest(maintainer, user, scripts);
  await expect(section(maintainer, "Request")).toContainText("Zelda Requests asks for $167.31 more Platform budget.");
  await expect(maintainer.getByLabel("Budget to assign")).toHaveValue(large.name);
  await maintainer.getByRole("button", { name: "Approve request" }).click();
  await arrived(maintainer, "Requests");
  await expect(toast(maintainer)).toContainText(`Request approved, budget ${large.name} assigned.`);

  await page.goto(at.myAccess);
  await expect(section(page, "Budgets")).toContainText(`assigned ${large.name}`);
  await expect(section(page, "Budgets")).toContainText("$417.31 hard");
});

test("a maintainer declines with a reason, and a decided request is not decided again", async ({
  open,
  people,
  faults,
  scripts,
}) => {
  faults.allow(REFUSED);
  const user = await people.add("Zelda Declined");
  const page = await open(user.email);
  await request(page, "cli", "80");
  const [maintainer, late] = [await open(MAINTAINER), await open(MAINTAINER)];
  await openRequest(late, user, scripts);
  await openRequest(maintainer, user, scripts);
  await maintainer.getByLabel("Reason").fill("Use the budget of the project.");
  await maintainer.getByRole("button", { name: "Decline request" }).click();
  await expect(toast(maintainer)).toContainText("Request declined.");
  await late.getByLabel("Reason").fill("Too much.");
  await late.getByRole("button", { name: "Decline request" }).click();
  await expect(late.getByText(/declined this request already\. Nothing was changed\./)).toBeVisible();
  await expect(section(late, "Decision")).toContainText("Use the budget of the project.");

  await page.goto(at.myAccess);
  await expect(section(page, "Budgets")).toContainText("“Use the budget of the project.”");
  await expect(section(page, "Budgets").getByRole("link", { name: "Request budget : CLI" })).toBeVisible();
});

test("a project admin requests a budget for the project and withdraws it", async ({ open, people, scripts }) => {
  const user = await people.add("Zelda Admin");
  const project = await people.addProject();
  await people.addMember(project, user, "admin");
  const page = await open(user.email);
  await page.goto(at.project(project));
  await alive(page, scripts);
  await page.getByRole("link", { name: "Request budget : CLI" }).click();
  await arrived(page, "Request a CLI budget");
  await alive(page, scripts);
  await page.getByLabel("Hard limit").fill("80");
  await page.getByLabel("Reason").fill("Three teams begin.");
  await page.getByRole("button", { name: "Request budget" }).click();
  await arrived(page, project);
  await expect(section(page, "Budgets")).toContainText(/Waiting\$80\.00requested by Zelda Admin/);
  await page.getByRole("button", { name: "Withdraw : CLI request" }).click();
  await expect(toast(page)).toContainText("Request for a CLI budget withdrawn.");
  await expect(page.getByRole("link", { name: "Request budget : CLI" })).toBeVisible();

  const maintainer = await open(MAINTAINER);
  await maintainer.goto(at.requests);
  await alive(maintainer, scripts);
  await expect(maintainer.getByRole("row").filter({ hasText: project })).toContainText("Withdrawn");
  await maintainer.getByRole("navigation", { name: "State" }).getByRole("link", { name: "Waiting" }).click();
  await maintainer.waitForURL(/state=waiting/);
  await expect(maintainer.getByRole("row").filter({ hasText: project })).toHaveCount(0);
  await expect(maintainer.getByRole("row").filter({ hasText: "Tomás Herrera Vidal" })).toBeVisible();
});

async function request(page: Page, category: string, hardLimit: string): Promise<void> {
  await page.goto(at.newRequest(category));
  await page.getByLabel("Hard limit").fill(hardLimit);
  await page.getByLabel("Reason").fill("The nightly migration.");
  await page.getByRole("button", { name: "Request budget" }).click();
  await arrived(page, "My access");
}

/** Opens the waiting request of a user from the list. */
async function openRequest(page: Page, user: Person, scripts: boolean): Promise<void> {
  await page.goto(`${at.requests}?state=waiting`);
  await alive(page, scripts);
  await row(page, user.name).getByRole("link").click();
  await arrived(page, new RegExp(`budget for ${user.name}$`));
  await alive(page, scripts);
}
