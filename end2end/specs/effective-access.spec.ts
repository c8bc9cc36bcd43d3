import { MAINTAINER } from "../support/console";
import { PHONE } from "../support/sizes";
import { arrived, at, section } from "../support/steps";
import { alive, expect, test } from "../support/test";

test("an auditor finds in two actions who can deactivate users, and why", async ({ open, scripts, people }) => {
  const admin = await people.add("Zelda Grants", "admin");
  const page = await open((await people.add("Zelda Asks Who", "auditor")).email);
  await page.goto(`${at.accessMatrix}?matrix=bursar`);
  await alive(page, scripts);
  await page.getByRole("link", { name: "Create and deactivate users" }).click();
  await arrived(page, "Effective access");
  const row = page.getByRole("table", { name: "Users who can" }).getByRole("row").filter({ hasText: admin.email });
  await expect(row).toContainText("Yes, everywhere");
  await expect(row.getByRole("listitem")).toHaveText([/role Admin/, /granted by \S+/]);
  await expect(page.getByRole("link", { name: "Who can do this" })).toHaveAttribute("aria-current", "page");
});

test("project admins of a project stand behind the roles on the platform, each with every path", async ({ open, scripts, people }) => {
  const [both, member] = [await people.add("Zelda Both", "admin"), await people.add("Zelda Member")];
  await people.addMember("atlas", both, "admin");
  await people.addMember("atlas", member);
  const page = await open(MAINTAINER);
  await page.goto(`${at.effectiveAccess}?view=who&permission=manage_members`);
  await alive(page, scripts);
  await expect(page.getByText("Choose a project to see who holds them.")).toBeVisible();
  await page.getByRole("button", { name: "Project", exact: true }).click();
  await page.getByRole("textbox", { name: "Project" }).or(page.getByRole("combobox", { name: "Project" })).fill("atlas");
  if (scripts) {
    await page.getByRole("option", { name: /Atlas/ }).first().click();
  } else {
    await page.getByRole("button", { name: "Explain" }).last().click();
  }
  await page.waitForURL(/project=atlas/);
  await arrived(page, "Effective access");
  await page.goto(`${at.effectiveAccess}?view=who&permission=manage_members&project=atlas&rows=100`);
  await alive(page, scripts);
  const table = page.getByRole("table", { name: "Users who can" });
  const row = table.getByRole("row").filter({ hasText: both.email });
  await expect(row.getByRole("list")).toHaveCount(2);
  await expect(row).toContainText("Removing one of these changes nothing.");
  await expect(table.getByRole("row").filter({ hasText: member.email })).toHaveCount(0);
  await row.getByRole("link").click();
  await expect(section(page, "In Atlas knowledge base")).toBeVisible();
});

test("from a user’s page to what the user can do, and what stands in the way", async ({ open, scripts, people }) => {
  const user = await people.add("Zelda Explained");
  await people.addMember("atlas", user);
  const page = await open(MAINTAINER);
  await page.goto(at.user(user.id));
  await alive(page, scripts);
  await page.getByRole("link", { name: "Explain access" }).click();
  await arrived(page, "Effective access");
  const project = section(page, "By membership in projects").getByRole("row").filter({ hasText: "atlas" });
  await expect(project.getByRole("listitem")).toHaveText([/project Atlas knowledge base/, /role Member/, /granted by/]);
  await page.goto(`${at.effectiveAccess}?user=${user.email}&project=atlas&permission=manage_members`);
  await alive(page, scripts);
  const answer = section(page, "In Atlas knowledge base").getByRole("row").filter({ hasText: "Manage a project" });
  await expect(answer).toContainText("No role of the user grants it. Who may: maintainers, admins and project admins");
  await people.maintainer.send("/act/users/deactivate", { person: user.id });
  await page.goto(`${at.effectiveAccess}?user=${user.id}`);
  await expect(page.getByText("Can do nothing now.")).toBeVisible();
});

test("a question that names nothing says so", async ({ open, scripts }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.effectiveAccess);
  await alive(page, scripts);
  await expect(page.getByRole("heading", { name: "Choose a user" })).toBeVisible();
  for (const [address, heading] of [
    ["?view=who", "Choose a permission"],
    ["?user=nobody@example.com", "No such user"],
    ["?view=who&permission=view_project&project=no-such", "No such project"],
  ] as const) {
    await page.goto(`${at.effectiveAccess}${address}`);
    await alive(page, scripts);
    await expect(page.getByRole("heading", { name: heading })).toBeVisible();
  }
  await page.goto(`${at.effectiveAccess}?view=who&permission=none`);
  await alive(page, scripts);
  await expect(page.getByText("Left out: permission")).toBeVisible();
});

test("a developer has no such page, and a phone shows it without scrolling sideways", async ({ open, people, scripts, faults }) => {
  const page = await open(MAINTAINER);
  await page.setViewportSize(PHONE);
  for (const address of [`?user=${MAINTAINER}`, `?user=${MAINTAINER}&project=atlas`, "?view=who&permission=view_users"]) {
    await page.goto(`${at.effectiveAccess}${address}`);
    await alive(page, scripts);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
  }
  faults.allow(/status of 403/);
  const developer = await open((await people.add("Zelda Developer")).email);
  await developer.goto(at.effectiveAccess);
  await arrived(developer, "You don't have access");
});
