import { arrived } from "../../support/steps";
import { alive } from "../../support/test";
import { at, atSignIn, expect, test } from "../../support/through-keycloak";

test("a developer signs in and has the projects of the token", async ({ keycloak, enterAs }) => {
  const attributes = { applications: ["alpha-lab,beta-lab", "gamma-lab"], applications_admin: ["beta-lab"] };
  const { username, name } = await keycloak.add("developer", attributes);
  const page = await enterAs(username);
  await arrived(page, "My access");
  for (const project of ["alpha-lab", "beta-lab", "gamma-lab"]) {
    await expect(page.getByRole("link", { name: project })).toBeVisible();
  }
  await page.goto(at.profile);
  await expect(page.getByText(name).first()).toBeVisible();
});

test("signing out ends the session at Keycloak too", async ({ keycloak, enterAs, page }) => {
  const { username } = await keycloak.add("developer");
  await enterAs(username);
  await arrived(page, "My access");
  expect(await keycloak.sessions(username)).toBe(1);
  await page.getByRole("button", { name: /Account and settings/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await atSignIn(page);
  expect(await keycloak.sessions(username)).toBe(0);
  await page.getByRole("link", { name: "Continue with Keycloak" }).click();
  await expect(page.getByLabel("Username or email")).toBeVisible();
});

test("signing out with a token too long for an address ends the session at Keycloak too", async ({
  keycloak,
  enterAs,
  page,
  scripts,
}) => {
  // Posted, then: Keycloak itself takes longer addresses, what stands before it may not.
  const applications = Array.from({ length: 80 }, () => `a-long-name-${crypto.randomUUID()}`);
  const { username } = await keycloak.add("developer", { applications });
  await enterAs(username);
  await arrived(page, "My access");
  await page.getByRole("button", { name: /Account and settings/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  if (!scripts) {
    await page.getByRole("button", { name: "Continue to Keycloak" }).click();
  }
  await atSignIn(page);
  expect(await keycloak.sessions(username)).toBe(0);
});

test("a session that is ended at Keycloak ends here", async ({ keycloak, enterAs }) => {
  const { username } = await keycloak.add("developer");
  const page = await enterAs(username);
  await arrived(page, "My access");
  // Long before the token is refreshed: Keycloak tells Bursar.
  await keycloak.signOut(username);
  await expect(async () => {
    await page.goto(at.profile);
    await atSignIn(page);
  }).toPass();
});

test("somebody from outside is marked as such", async ({ page, enterAs, scripts }) => {
  await enterAs("external");
  await arrived(page, "My access");
  await alive(page, scripts);
  await page.goto(at.profile);
  await expect(page.getByText("External").first()).toBeVisible();
});

test("somebody without a role does not come in, and reads what to ask for", async ({ page, enterAs }) => {
  await enterAs("no-role");
  await arrived(page, "Your account has no role yet");
  await expect(page.getByText("Access to Bursar needs the role developer or admin")).toBeVisible();
  await expect(page.getByText("samir.haddad@example.org").first()).toBeVisible();
  await expect(page.getByText("Send the reference below to an administrator of the platform.")).toBeVisible();
  await expect(page.getByText(/^Reference\s*[0-9a-f]/)).toBeVisible();
  await expect(page.getByText(/default-roles-bursar/)).toBeVisible();
  await page.goto(at.myAccess);
  await atSignIn(page);
});

test("somebody of an unknown type does not come in, and reads why", async ({ page, enterAs }) => {
  await enterAs("odd-type");
  await arrived(page, "Your account has an unknown type");
  await expect(page.getByText('The claim user_type is "robot".')).toBeVisible();
  await page.goto(at.myAccess);
  await atSignIn(page);
});

test("a disabled account does not get past Keycloak", async ({ page, enterAs, faults }) => {
  faults.allow(/status of 400/);
  await enterAs("disabled");
  await expect(page.getByText("Account is disabled")).toBeVisible();
  await page.goto(at.myAccess);
  await atSignIn(page);
});
