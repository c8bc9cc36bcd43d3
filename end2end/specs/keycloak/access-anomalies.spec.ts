import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAccessible } from "../../support/accessible";
import { BursarConsole } from "../../support/console";
import { Keycloak } from "../../support/keycloak";
import { arrived, section } from "../../support/steps";
import { alive } from "../../support/test";
import { answerKeycloak, at, expect, freePort, KEY, test } from "../../support/through-keycloak";

/** The role admin is privileged, and one user holds it. */
const declaration = (realm: string): string => `
title: Access matrix
realms: { ${realm}: {} }
resources:
  console: { address: /, service: Console, realms: [${realm}] }
columns: [console]
roles:
  admin: { realm: ${realm}, privileged: true, owner: Platform team, access: { console: full } }
  developer: { realm: ${realm}, access: { console: read } }
`;

test("a maintainer accepts an anomaly with a reason and ends the acceptance", async ({ page, faults, scripts }) => {
  // The refused day.
  faults.allow(/status of 422/);
  const keycloak = new Keycloak(`anomalies-${crypto.randomUUID()}`);
  const folder = await mkdtemp(join(tmpdir(), "bursar-"));
  const file = join(folder, "access-matrix.yaml");
  const origin = `http://127.0.0.1:${await freePort()}`;
  const printed = await keycloak.setUp(origin);
  await writeFile(file, declaration(keycloak.name));
  const maintainer = await keycloak.add("admin");
  const variables = { ...printed, PORT: new URL(origin).port, BURSAR_SECRET_KEY: KEY, BURSAR_ACCESS_MATRIX: file };
  const bursar = await BursarConsole.start(variables);
  try {
    await page.goto(`${origin}${at.signIn}`);
    await page.getByRole("link", { name: "Continue with Keycloak" }).click();
    await answerKeycloak(page, maintainer.username);
    await arrived(page, "Overview");
    await bursar.makeMaintainer(maintainer.email);
    const found = page.getByRole("link", { name: "Only 1 enabled user holds admin" });
    // The job takes the first snapshot when Bursar starts.
    await expect(async () => {
      await page.goto(`${origin}${at.accessMatrix}/anomalies`);
      await expect(found).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
    await alive(page, scripts);
    if (scripts) {
      await expectAccessible(page);
    }

    await found.click();
    await arrived(page, "Only 1 enabled user holds admin");
    await expect(section(page, "Users")).toContainText(maintainer.username);
    await alive(page, scripts);
    await page.getByLabel("Reason").fill("The second administrator starts in May.");
    await page.getByLabel("Accepted until").fill("2020-01-01");
    await page.getByRole("button", { name: "Accept anomaly" }).click();
    await expect(page.getByText(/^Choose a day from \d{4}-\d\d-\d\d to/).last()).toBeVisible();
    await expect(page.getByLabel("Reason")).toHaveValue("The second administrator starts in May.");
    if (scripts) {
      await expectAccessible(page);
    }
    const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel("Accepted until").fill(day);
    await page.getByRole("button", { name: "Accept anomaly" }).click();
    await expect(page.getByText(`Anomaly accepted until ${day}.`)).toBeVisible();
    await expect(found).toHaveCount(0);

    await page.goto(`${origin}${at.accessMatrix}/anomalies?state=accepted`);
    await alive(page, scripts);
    await expect(page.getByText(`until ${day}: “The second administrator starts in May.”`)).toBeVisible();
    await found.click();
    await arrived(page, "Only 1 enabled user holds admin");
    await alive(page, scripts);
    await page.getByRole("button", { name: "End acceptance" }).click();
    await expect(page.getByText("Acceptance ended. The anomaly is open.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Accept anomaly" })).toBeVisible();

    await page.goto(`${origin}${at.auditLog}?kind=identity-provider`);
    await expect(page.getByText("ended the acceptance of the anomaly").first()).toBeVisible();
    await page.getByRole("link", { name: "Only 1 enabled user holds admin" }).first().click();
    await arrived(page, "Only 1 enabled user holds admin");
  } finally {
    await bursar.stop();
    await keycloak.remove();
    await rm(folder, { recursive: true });
  }
});
