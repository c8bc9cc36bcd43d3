import type { Page } from "@playwright/test";
import { expectAccessible } from "../../support/accessible";
import { BursarConsole } from "../../support/console";
import { Keycloak } from "../../support/keycloak";
import { arrived, section } from "../../support/steps";
import { alive } from "../../support/test";
import { answerKeycloak, at, expect, freePort, KEY, test } from "../../support/through-keycloak";

/** The list has so many complete snapshots; until then the page is refreshed. */
async function complete(page: Page, count: number): Promise<void> {
  await expect(async () => {
    await page.goto(page.url());
    const rows = section(page, "Snapshots").getByRole("row").filter({ hasText: "Complete" });
    await expect(rows).toHaveCount(count, { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
}

test("a maintainer takes a snapshot and sees who gained and lost a role", async ({ page, scripts }) => {
  const keycloak = new Keycloak(`access-${crypto.randomUUID()}`);
  const origin = `http://127.0.0.1:${await freePort()}`;
  const printed = await keycloak.setUp(origin);
  const maintainer = await keycloak.add("admin");
  const developer = await keycloak.add("developer");
  const bursar = await BursarConsole.start({ ...printed, PORT: new URL(origin).port, BURSAR_SECRET_KEY: KEY });
  try {
    await page.goto(`${origin}${at.signIn}`);
    await page.getByRole("link", { name: "Continue with Keycloak" }).click();
    await answerKeycloak(page, maintainer.username);
    await arrived(page, "Overview");
    await bursar.makeMaintainer(maintainer.email);
    await page.goto(`${origin}${at.accessMatrix}`);
    await alive(page, scripts);
    await page.getByRole("link", { name: "Snapshots" }).click();
    await expect(page).toHaveURL(/access-matrix\/snapshots$/);
    await arrived(page, "Access matrix");
    // The job took one when Bursar started.
    await complete(page, 1);
    await expect(section(page, "Changes")).toContainText("Two different snapshots are needed");

    await keycloak.give(developer.username, "admin");
    await keycloak.take(developer.username, "developer");
    await alive(page, scripts);
    await page.getByRole("button", { name: "Take snapshot now" }).click();
    await expect(page.getByText("The snapshot starts within a few seconds.")).toBeVisible();
    await complete(page, 2);
    const changes = page.getByRole("table", { name: "Changes" });
    const rows = changes.getByRole("row").filter({ hasText: developer.username });
    await expect(rows).toHaveCount(2);
    await expect(changes.getByRole("row").filter({ hasText: "Gained" })).toContainText("admin");
    await expect(changes.getByRole("row").filter({ hasText: "Lost" })).toContainText("developer");
    if (scripts) {
      await expectAccessible(page);
    }

    await alive(page, scripts);
    const to = page.getByLabel("To snapshot");
    await page.getByLabel("From snapshot").selectOption({ index: 1 });
    await to.selectOption({ index: 1 });
    await page.getByRole("button", { name: "Compare" }).click();
    await page.waitForURL(/from=\d+&to=\d+/);
    await expect(section(page, "Changes")).toContainText("Two different snapshots are needed");
    await page.goBack();
    await expect(rows).toHaveCount(2);
  } finally {
    await bursar.stop();
    await keycloak.remove();
  }
});
