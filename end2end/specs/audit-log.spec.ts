import { MAINTAINER } from "../support/console";
import { PHONE } from "../support/sizes";
import { arrived, at } from "../support/steps";
import { alive, expect, test } from "../support/test";

test("an auditor finds what changed for a user, opens an event and follows its links", async ({ open, scripts, people }) => {
  const user = await people.add("Zelda Audited");
  await people.addMember("atlas", user);
  const auditor = await people.add("Zelda Auditor", "auditor");
  const page = await open(auditor.email);
  await page.goto(at.user(user.id));
  await alive(page, scripts);
  await page.getByRole("link", { name: "Changes of this user" }).click();
  await arrived(page, "Audit log");
  await expect(page.getByText("Target is")).toBeVisible();

  const table = page.getByRole("table", { name: "Audit events" });
  const event = table.getByRole("row").filter({ hasText: "added a member to" });
  await expect(event).toHaveCount(1);
  await expect(event).toContainText("Member");
  const changed = event.getByRole("table", { name: "Changed fields" });
  await expect(changed).toBeHidden();
  await alive(page, scripts);
  await event.locator("summary").click();
  await expect(changed.getByRole("row").filter({ hasText: "User" }).getByRole("cell").last()).toHaveText(user.email);
  await expect(changed.getByRole("row").filter({ hasText: "Role" }).getByRole("cell").first()).toContainText("None");

  await page.getByRole("button", { name: "Kind", exact: true }).click();
  await page.getByRole("radio", { name: "Member", exact: true }).check();
  await page.getByRole("button", { name: "Show events" }).last().press("Enter");
  await page.waitForURL(/kind=member/);
  await expect(page).toHaveURL(new RegExp(`target=${user.id}`));
  await expect(table.getByRole("row").filter({ hasText: "added a member to" })).toHaveCount(1);
  await alive(page, scripts);
  await event.getByRole("link", { name: "atlas" }).click();
  await arrived(page, "Atlas knowledge base");
});

test("filters are in the address, and an empty result says how to clear them", async ({ open, scripts }) => {
  const page = await open(MAINTAINER);
  await page.goto(`${at.auditLog}?actor=Bursar&kind=project&kin=x&from=nonsense`);
  await alive(page, scripts);
  await expect(page.getByText("Left out: from")).toBeVisible();
  const rows = page.getByRole("table", { name: "Audit events" }).locator("tbody > tr");
  await expect(rows.first()).toContainText("created project");
  await page.goto(`${at.auditLog}?q=no-such-target`);
  await alive(page, scripts);
  await expect(page.getByRole("heading", { name: "No events found" })).toBeVisible();
  await page.getByRole("link", { name: "Clear search and filters" }).click();
  await expect(rows.first()).toBeVisible();
});

test("a page that stays open counts the new events of its filter and shows them on demand", async ({ open, people, scripts }) => {
  test.skip(!scripts, "scripts count them");
  const user = await people.add("Zelda Counted");
  const page = await open(MAINTAINER);
  await page.clock.install();
  await page.goto(`${at.auditLog}?kind=member`);
  await alive(page, scripts);
  const first = page.getByRole("table", { name: "Audit events" }).locator("tbody > tr").first();
  await expect(first).not.toContainText(user.email);
  await people.addMember("atlas", user);
  await people.add("Zelda Uncounted");
  await page.clock.fastForward("00:21");
  await expect(page.getByText("1 new event")).toBeVisible();
  await page.getByRole("link", { name: "Show", exact: true }).click();
  await expect(first).toContainText(user.email);
  await expect(page.getByText("1 new event")).toBeHidden();
});

test("an admin has no audit log, and a phone shows it without scrolling sideways", async ({ open, people, scripts, faults }) => {
  const page = await open(MAINTAINER);
  await page.setViewportSize(PHONE);
  await page.goto(at.auditLog);
  await alive(page, scripts);
  await page.locator("summary", { hasText: "of the event" }).first().click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
  const admin = await people.add("Zelda Admin", "admin");
  faults.allow(/status of 403/);
  const other = await open(admin.email);
  await other.goto(at.auditLog);
  await arrived(other, "You don't have access");
});
