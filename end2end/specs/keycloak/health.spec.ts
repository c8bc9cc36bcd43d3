import type { Page } from "@playwright/test";
import { expectAccessible } from "../../support/accessible";
import { Line } from "../../support/line";
import { arrived, section } from "../../support/steps";
import { expect, test as base } from "../../support/through-keycloak";

/** Bursar and the browser reach Keycloak by a line that the test cuts. */
const test = base.extend<object, { line: Line; keycloakUrl: string }>({
  line: [
    async ({ keycloak }, use) => {
      const line = await Line.to(keycloak.url);
      await use(line);
      await line.close();
    },
    { scope: "worker" },
  ],
  keycloakUrl: [async ({ line }, use) => use(line.url), { scope: "worker" }],
});

/** Asks again until the section says so: Bursar asks Keycloak at most every few seconds. */
async function healthSays(page: Page, words: string): Promise<void> {
  await expect(async () => {
    await page.getByRole("link", { name: "Check again" }).click();
    await expect(section(page, "Health").getByText(words)).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 40_000 });
}

test("an admin sees whether Keycloak answers, and since when not", async ({ keycloak, line, mode, enterAs }) => {
  const { username } = await keycloak.add("admin");
  const page = await enterAs(username);
  await arrived(page, "My access");
  await page.getByLabel("Main").getByRole("link", { name: "Identity provider" }).click();
  await arrived(page, "Identity provider");
  const health = section(page, "Health");
  await expect(health.getByText("Reachable")).toBeVisible();
  await expect(health.getByText("None yet")).toBeVisible();
  await expect(health.getByText(/^(None|\d+ s (ahead|behind))$/)).toBeVisible();
  await expect(section(page, "Set-up").getByText(mode, { exact: true })).toBeVisible();
  await expect(section(page, "Set-up").getByText(keycloak.issuer(line.url))).toBeVisible();
  await expectAccessible(page);

  line.cut();
  await healthSays(page, "Keycloak does not answer.");
  await expect(health.getByText("No answer")).toBeVisible();
  await expect(health.getByText(/^Since \d+ \w+ \d{4}, \d\d:\d\d UTC/)).toBeVisible();
  await expectAccessible(page);

  line.mend();
  await healthSays(page, "Reachable");
});
