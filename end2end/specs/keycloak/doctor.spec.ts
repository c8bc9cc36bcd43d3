import type { Page } from "@playwright/test";
import { expectAccessible } from "../../support/accessible";
import { BursarConsole } from "../../support/console";
import { Keycloak } from "../../support/keycloak";
import { arrived, section } from "../../support/steps";
import { alive } from "../../support/test";
import { answerKeycloak, at, expect, freePort, KEY, test } from "../../support/through-keycloak";

/** Signs an admin in and opens the page Identity provider. */
async function openAsAdmin(page: Page, origin: string, username: string, scripts: boolean): Promise<void> {
  await page.goto(`${origin}${at.signIn}`);
  await page.getByRole("link", { name: "Continue with Keycloak" }).click();
  await answerKeycloak(page, username);
  await arrived(page, "Overview");
  await page.goto(`${origin}/settings/administration/identity-provider`);
  await arrived(page, "Identity provider");
  await alive(page, scripts);
}

test("an admin sees what is wrong with the realm, mends it and runs the checks again", async ({ page, scripts }) => {
  const keycloak = new Keycloak(`doctor-${crypto.randomUUID()}`);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const printed = await keycloak.setUp(origin);
  const bursar = await BursarConsole.start({ ...printed, PORT: `${port}`, BURSAR_SECRET_KEY: KEY });
  try {
    const { username } = await keycloak.add("admin");
    await openAsAdmin(page, origin, username, scripts);
    const doctor = section(page, "Set-up doctor");
    await expect(doctor.getByText(/^No findings, \d+ checks are fine$/)).toBeVisible();
    await doctor.getByText(/^Fine \(\d+\)$/).click();
    await expect(doctor.getByText("Mappers of the claims", { exact: true })).toBeVisible();

    await keycloak.changeClient("bursar", { redirectUris: ["*"] });
    await doctor.getByRole("link", { name: "Run again" }).click();
    await expect(doctor.getByText(/^1 finding, /)).toBeVisible();
    const finding = doctor.getByRole("listitem").filter({ hasText: "The client accepts every redirect address" });
    await expect(finding.getByText("High", { exact: true })).toBeVisible();
    await expect(finding).toContainText("bursar lists *, so a sign-in can be sent to another site.");
    await expect(finding).toContainText(`Mend it: Enter only ${origin}/sign-in/callback under Valid redirect URIs.`);
    await expect(finding.getByText(/^kcadm\.sh update clients\//)).toBeVisible();
    if (scripts) {
      await expectAccessible(page);
    }

    await keycloak.changeClient("bursar", { redirectUris: [`${origin}/sign-in/callback`] });
    await doctor.getByRole("link", { name: "Run again" }).click();
    await expect(doctor.getByText(/^No findings, /)).toBeVisible();
  } finally {
    await bursar.stop();
    await keycloak.remove();
  }
});

test("without a service account the checks that need one say so", async ({ page, scripts }) => {
  const keycloak = new Keycloak(`doctor-${crypto.randomUUID()}`);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const printed = Object.entries(await keycloak.setUp(origin)).filter(([name]) => !name.startsWith("KEYCLOAK_ADMIN_"));
  const bursar = await BursarConsole.start({ ...Object.fromEntries(printed), PORT: `${port}`, BURSAR_SECRET_KEY: KEY });
  try {
    const { username } = await keycloak.add("admin");
    await openAsAdmin(page, origin, username, scripts);
    const doctor = section(page, "Set-up doctor");
    await expect(doctor.getByText(/^No findings, .* were not checked$/)).toBeVisible();
    await doctor.getByText(/^Not checked \(\d+\)$/).click();
    const brute = doctor.getByRole("listitem").filter({ hasText: "Brute force protection" });
    await expect(brute).toContainText("no service account is configured: set KEYCLOAK_ADMIN_URL");
  } finally {
    await bursar.stop();
    await keycloak.remove();
  }
});
