import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { PHONE } from "../support/sizes";
import { arrived, at } from "../support/steps";
import { alive, expect, test } from "../support/test";

/** Rows of the breakdown: name and amount in dollars. */
async function rows(page: Page, table: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const row of await page.getByRole("table", { name: table }).locator("tbody tr").all()) {
    const [name, , spent] = await row.getByRole("cell").allInnerTexts();
    // The initials of the picture stand before the name.
    const lines = (name ?? "").split("\n").filter((line) => line.length > 2);
    found.set(lines[0] ?? "", dollars(spent ?? ""));
  }
  return found;
}

function dollars(text: string): number {
  return Number(text.replace(/[$,]/g, "").replace("−", "-"));
}

test("an administrator reads last month's spend by project, and the file adds up to the same", async ({ open, scripts }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.spending);
  await alive(page, scripts);
  await page.getByRole("link", { name: "By user" }).click();
  await expect(page.getByRole("table", { name: "Spend by user" })).toBeVisible();
  await page.getByRole("link", { name: "By project" }).click();
  await expect(page.getByRole("table", { name: "Spend by project" })).toBeVisible();
  await page.getByRole("group", { name: "Period" }).getByRole("button").click();
  await page.getByRole("link", { name: "Last month" }).click();
  await page.waitForURL(/period=last-month/);
  await alive(page, scripts);
  await expect(page.getByRole("img", { name: /^Spend per day/ })).toBeVisible();

  const shown = await rows(page, "Spend by project");
  const total = shown.get("Total") ?? 0;
  shown.delete("Total");
  expect(shown.size).toBeGreaterThan(3);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const file = await (await download).createReadStream();
  const text = Buffer.concat(await file.toArray()).toString();
  const lines = text.trimEnd().split("\r\n").slice(1);
  const amounts = lines.map((line) => Number(line.split(",").at(-2)));
  expect(lines).toHaveLength(shown.size);
  // The page cuts parts of cents off.
  expect(Math.abs(amounts.reduce((sum, amount) => sum + amount, 0) - total)).toBeLessThan(0.01);
  for (const [index, amount] of [...shown.values()].entries()) {
    expect(Math.abs((amounts[index] ?? 0) - amount)).toBeLessThan(0.01);
  }

  await page.getByText("Show as table").click();
  const days = page.getByRole("table", { name: "Spend per day" });
  const sums = await days.locator("tbody tr td:last-child").allInnerTexts();
  expect(Math.abs(sums.reduce((sum, text) => sum + dollars(text), 0) - total)).toBeLessThan(0.31);
});

test("days that are typed, and a user, narrow the page and are in its address", async ({ open, scripts }) => {
  const page = await open(MAINTAINER);
  await page.goto(`${at.spending}?by=user&period=90d`);
  await alive(page, scripts);
  const to = await page.locator("input[name=to]").inputValue();
  const from = `${to.slice(0, 8)}01`;
  await page.getByRole("group", { name: "Period" }).getByRole("button").click();
  await page.getByLabel("First day").fill(from);
  await page.getByRole("button", { name: "Show these days" }).click();
  await page.waitForURL(new RegExp(`from=${from}&to=${to}`));
  await alive(page, scripts);
  const before = await rows(page, "Spend by user");
  const [name, amount] = [...before.entries()][0] ?? ["", 0];
  await page.getByRole("link", { name }).first().click();
  await expect(page.getByRole("table", { name: "Spend by project" })).toBeVisible();
  await expect(page.getByText("User is")).toBeVisible();
  expect((await rows(page, "Spend by project")).get("Total")).toBe(amount);
  await page.getByRole("link", { name: "Clear the filter User" }).click();
  await expect(page.getByText("User is")).toHaveCount(0);
});

test("a project admin sees the own project alone, also on a phone", async ({ open, scripts, people }) => {
  const admin = await people.add("Zelda Projectadmin");
  await people.addMember("atlas", admin, "admin");
  const page = await open(admin.email);
  await page.setViewportSize(PHONE);
  await page.goto(`${at.spending}?period=90d`);
  await alive(page, scripts);
  await arrived(page, "Spending");
  expect([...(await rows(page, "Spend by project")).keys()]).toEqual(["Atlas knowledge base", "Total"]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
  await page.getByRole("button", { name: "Project", exact: true }).click();
  await expect(page.getByLabel("Project", { exact: true })).toBeVisible();
});
