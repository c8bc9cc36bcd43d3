import { BursarConsole } from "../../support/console";
import { Keycloak } from "../../support/keycloak";
import { arrived } from "../../support/steps";
import { alive } from "../../support/test";
import { answerKeycloak, at, expect, freePort, KEY, test } from "../../support/through-keycloak";

for (const mode of ["Platform-managed", "Keycloak-managed"]) {
  test(`users sign in to a realm that one command made from nothing, ${mode}`, async ({ page }) => {
    const keycloak = new Keycloak(`made-${crypto.randomUUID()}`);
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const printed = await keycloak.setUp(origin);
    const bursar = await BursarConsole.start({
      ...printed,
      PORT: `${port}`,
      BURSAR_SECRET_KEY: KEY,
      ENABLE_USER_MANAGEMENT: `${mode === "Platform-managed"}`,
    });
    try {
      const { username } = await keycloak.add("developer", { applications: ["tapir", "okapi"], applications_admin: ["okapi"] });
      await page.goto(`${origin}${at.signIn}`);
      await page.getByRole("link", { name: "Continue with Keycloak" }).click();
      await answerKeycloak(page, username);
      await arrived(page, "My access");
      await alive(page);
      await expect(page.getByRole("link", { name: "tapir" })).toBeVisible();
      await expect(page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "okapi" }) })).toContainText("Project admin");
    } finally {
      await bursar.stop();
      await keycloak.remove();
    }
  });
}

test("users of a directory sign in to a realm that one command put in front of it", async ({ page }) => {
  const [keycloak, company] = [new Keycloak(`made-${crypto.randomUUID()}`), new Keycloak("company")];
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const printed = await keycloak.setUpBefore(company, origin);
  const bursar = await BursarConsole.start({
    ...printed,
    PORT: `${port}`,
    BURSAR_SECRET_KEY: KEY,
    ENABLE_USER_MANAGEMENT: "false",
  });
  try {
    const { username, email } = await company.add("Bursar.Developer");
    await page.goto(`${origin}${at.signIn}`);
    await page.getByRole("link", { name: "Continue with Keycloak" }).click();
    await page.getByRole("link", { name: "Company account" }).click();
    await answerKeycloak(page, username);
    await arrived(page, "My access");
    await expect(page.getByLabel("Facts").getByText("Developer", { exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: email })).toBeVisible();
  } finally {
    await bursar.stop();
    await keycloak.remove();
  }
});
