import { arrived, section, toast } from "../../support/steps";
import { alive } from "../../support/test";
import { KEYCLOAK_PASSWORD } from "../../support/keycloak";
import { at, expect, test } from "../../support/through-keycloak";

test("the role admin opens administration, the role developer does not", async ({ keycloak, enterAs, faults }) => {
  faults.allow(/status of 403/);
  const { username } = await keycloak.add("admin");
  const page = await enterAs(username);
  await arrived(page, "My access");
  await alive(page);
  await page.goto(at.users);
  await arrived(page, "Users");
  await alive(page);
  await page.context().clearCookies();
  const developer = await keycloak.add("developer");
  await enterAs(developer.username);
  await arrived(page, "My access");
  await alive(page);
  expect((await page.goto(at.users))?.status()).toBe(403);
});

test("a developer without projects reads what to ask for", async ({ keycloak, enterAs }) => {
  const { username, email } = await keycloak.add("developer");
  const page = await enterAs(username);
  await arrived(page, "My access");
  await expect(page.getByRole("heading", { name: "No shared projects yet" })).toBeVisible();
  await expect(page.getByText(`to add ${email} as a member`)).toBeVisible();
});

test("who signed in long ago signs in once more before a project is deleted", async ({ keycloak, bursar, enterAs, faults }) => {
  faults.allow(/status of 403/);
  const { username, email } = await keycloak.add("admin");
  const page = await enterAs(username);
  await arrived(page, "My access");
  const name = `brief-${crypto.randomUUID().slice(0, 8)}`;
  await page.goto(at.newProject);
  await alive(page);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Description").fill("Made for a test.");
  await page.getByRole("button", { name: "Create project" }).click();
  await arrived(page, name);
  await bursar.age(email, 10);
  await section(page, "Delete project").getByRole("button", { name: "Delete project" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete project" }).click();

  await arrived(page, "Confirm it is you");
  await page.getByRole("link", { name: "Continue with Keycloak" }).click();
  await page.getByLabel("Password", { exact: true }).fill(KEYCLOAK_PASSWORD);
  await page.getByRole("button", { name: "Sign In" }).click();
  await arrived(page, "It is you");
  await page.getByRole("button", { name: "Go on" }).click();
  await arrived(page, "Projects");
  await expect(toast(page)).toContainText("deleted");
});
