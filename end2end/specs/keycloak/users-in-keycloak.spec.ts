import { expectAccessible } from "../../support/accessible";
import { BursarConsole } from "../../support/console";
import { Keycloak } from "../../support/keycloak";
import { arrived, section } from "../../support/steps";
import { alive } from "../../support/test";
import { answerKeycloak, at, expect, freePort, KEY, test } from "../../support/through-keycloak";

test("an admin creates a user in Keycloak and changes the role, and the user signs in with the rights", async ({
  page,
  scripts,
  faults,
}) => {
  faults.allow(/status of 422/);
  const keycloak = new Keycloak(`users-${crypto.randomUUID()}`);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const printed = await keycloak.setUp(origin);
  const bursar = await BursarConsole.start({
    ...printed,
    PORT: `${port}`,
    BURSAR_SECRET_KEY: KEY,
    ENABLE_USER_MANAGEMENT: "false",
  });
  try {
    const { username } = await keycloak.add("admin");
    await page.goto(`${origin}${at.signIn}`);
    await page.getByRole("link", { name: "Continue with Keycloak" }).click();
    await answerKeycloak(page, username);
    await arrived(page, "My access");
    await alive(page, scripts);
    await page.getByLabel("Main").getByRole("link", { name: "Users in Keycloak" }).click();
    await arrived(page, "Users in Keycloak");
    await expect(page.getByText("lacks manage-users of the client realm-management")).toBeVisible();
    await expect(page.getByText(/^kcadm\.sh add-roles .* --rolename manage-users$/)).toBeVisible();
    if (scripts) {
      await expectAccessible(page);
    }

    await keycloak.giveServiceAccount("manage-users");
    await page.getByRole("link", { name: "Create user" }).click();
    await arrived(page, "Create user in Keycloak");
    await alive(page, scripts);
    await page.getByLabel("User name").fill(username);
    await page.getByLabel("E-mail address").fill("zelda.zimmer@example.org");
    await page.getByLabel("First name").fill("Zelda");
    await page.getByLabel("Last name").fill("Zimmer");
    await page.getByRole("textbox", { name: /^Projects( \(optional\))?$/ }).fill("tapir");
    await page.getByRole("button", { name: "Create user" }).click();
    await expect(page.getByText(`Keycloak has a user ${username} already.`).first()).toBeVisible();
    await alive(page, scripts);
    if (scripts) {
      await expectAccessible(page);
    }
    await page.getByLabel("User name").fill("zelda");
    await page.getByRole("button", { name: "Create user" }).click();
    await arrived(page, "Zelda Zimmer");
    await alive(page, scripts);
    const alert = page.getByRole("alert").filter({ hasText: "Temporary password for zelda" });
    const password = await alert.locator("code").innerText();

    const rights = section(page, "Role and projects");
    await expect(rights.getByRole("radio", { name: "Developer" })).toBeChecked();
    await expect(rights.getByRole("textbox", { name: /^Projects( \(optional\))?$/ })).toHaveValue("tapir");
    await expect(rights).toContainText("A change takes effect at the next sign-in");
    await rights.getByRole("radio", { name: "Admin" }).check();
    await rights.getByRole("button", { name: "Save in Keycloak" }).click();
    await expect(page.getByText("Rights saved in Keycloak.")).toBeVisible();
    await alive(page, scripts);
    await expect(rights.getByRole("radio", { name: "Admin" })).toBeChecked();
    if (scripts) {
      await expectAccessible(page);
    }
    await page.getByRole("button", { name: "Done, I have handed it over" }).click();
    await expect(page.getByText(password)).toHaveCount(0);
    await alive(page, scripts);

    const list = `${origin}/settings/administration/keycloak-users`;
    for (const [query, heading] of [["q=no-such-user", "No users match"], ["from=100", "No users on this page any more"]] as const) {
      await page.goto(`${list}?${query}`);
      await expect(page.getByRole("heading", { name: heading })).toBeVisible();
    }

    await page.context().clearCookies();
    await page.goto(`${origin}${at.signIn}`);
    await page.getByRole("link", { name: "Continue with Keycloak" }).click();
    await page.getByLabel("Username or email").fill("zelda");
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign In" }).click();
    await page.getByLabel("New Password", { exact: true }).fill("chosen-by-zelda");
    await page.getByLabel("Confirm password", { exact: true }).fill("chosen-by-zelda");
    await page.getByRole("button", { name: "Submit" }).click();
    await arrived(page, "My access");
    await alive(page, scripts);
    await expect(page.getByLabel("Facts").getByText("Admin", { exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: "tapir" })).toBeVisible();
  } finally {
    await bursar.stop();
    await keycloak.remove();
  }
});
