import { BursarConsole } from "../../support/console";
import { expectAccessible } from "../../support/accessible";
import { Keycloak } from "../../support/keycloak";
import { arrived, section, toast } from "../../support/steps";
import { alive } from "../../support/test";
import { answerKeycloak, at, expect, freePort, KEY, test } from "../../support/through-keycloak";

test("an operator gets in by break-glass after the issuer changed, moves identities, and users keep their projects", async ({
  page,
  scripts,
  faults,
}) => {
  faults.allow(/status of (401|403|422)/);
  // Another name of this machine.
  faults.allow(/^a request left this machine: http:\/\/localhost:/);
  const keycloak = new Keycloak(`moved-${crypto.randomUUID()}`);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const variables = { ...(await keycloak.setUp(origin)), PORT: `${port}`, BURSAR_SECRET_KEY: KEY };
  const bursar = await BursarConsole.start(variables);
  const signIn = async (username: string): Promise<void> => {
    await page.context().clearCookies();
    await page.goto(`${origin}${at.signIn}`);
    await page.getByRole("link", { name: "Continue with Keycloak" }).click();
    await answerKeycloak(page, username);
  };
  try {
    const { username } = await keycloak.add("developer", { applications: ["tapir"] });
    await signIn(username);
    await arrived(page, "My access");
    await expect(page.getByRole("link", { name: "tapir" })).toBeVisible();

    // The same realm under another host name.
    const moved = keycloak.issuer(keycloak.url.replace("127.0.0.1", "localhost"));
    await bursar.restart({ ...variables, OIDC_ISSUER_URL: moved });
    await signIn(username);
    await arrived(page, "Your address belongs to another account");

    await page.goto(`${origin}/break-glass`);
    await alive(page, scripts);
    await page.getByLabel("Code").fill("wrong-code");
    await page.getByRole("button", { name: "Open session" }).click();
    await expect(page.getByText("This code does not open a session")).toBeVisible();
    if (scripts) {
      await expectAccessible(page);
    }
    await page.getByLabel("Code").fill(await bursar.breakGlass());
    await page.getByRole("button", { name: "Open session" }).click();
    await arrived(page, "Identity provider");
    await alive(page, scripts);
    await expect(page.getByText("Break-glass session. Issued by ada@laptop")).toBeVisible();
    await expect(section(page, "Break-glass").getByText(/^A session is open until /)).toBeVisible();
    if (scripts) {
      await expectAccessible(page);
    }

    await page.getByRole("link", { name: "Move identities" }).click();
    await arrived(page, "Move identities");
    await alive(page, scripts);
    await page.getByRole("row").filter({ hasText: keycloak.issuer() }).getByRole("link", { name: "Plan the move" }).click();
    await expect(section(page, "Plan")).toContainText(moved);
    if (scripts) {
      await expectAccessible(page);
    }
    await page.getByRole("button", { name: "Move 1 user" }).click();
    await expect(toast(page)).toContainText("1 user moved. They can sign in again.");
    await expect(page.getByText("Nothing to move.")).toBeVisible();
    await page.getByLabel("Main", { exact: true }).or(page.getByRole("main")).getByRole("button", { name: "Sign out" }).first().click();
    await expect(page.getByRole("link", { name: "Continue with Keycloak" })).toBeVisible();

    await signIn(username);
    await arrived(page, "My access");
    await expect(page.getByRole("link", { name: "tapir" })).toBeVisible();
  } finally {
    await bursar.stop();
    await keycloak.remove();
  }
});
