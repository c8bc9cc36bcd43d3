import type { Page } from "@playwright/test";
import { Keycloak } from "../../support/keycloak";
import { arrived, at } from "../../support/steps";
import { answerKeycloak, atSignIn, expect, goToKeycloak, test } from "../../support/through-keycloak";

/** The directory behind Keycloak, in the place of Microsoft Entra ID. */
const company = new Keycloak("company");

test.use({ mode: "Keycloak-managed" });

/** From Bursar to Keycloak, from there to the company's directory, and all the way back. */
async function enterFromCompany(page: Page, username: string): Promise<void> {
  await goToKeycloak(page);
  await page.getByRole("link", { name: "Company account" }).click();
  await expect(page).toHaveURL(/realms\/company\//);
  await answerKeycloak(page, username);
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Account and settings/ }).click();
  await page.getByLabel("Main").getByRole("button", { name: "Sign out" }).click();
  await atSignIn(page);
}

test("a colleague comes in with the role and the projects that Keycloak makes of it", async ({ keycloak, page }) => {
  const { username, email, name } = await company.add("Bursar.Developer");
  await enterFromCompany(page, username);
  await arrived(page, "My access");
  await expect(page.getByRole("heading", { name })).toBeVisible();
  await expect(page.getByLabel("Facts").getByText("Developer", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: email })).toBeVisible();
  await expect(page.getByText("Only you. Cannot be shared")).toBeVisible();
  await signOut(page);

  // Signed out in the directory too: it asks for the password again. What Keycloak's administrators add stays.
  const project = `lab-${crypto.randomUUID().slice(0, 8)}`;
  await keycloak.set(username, "applications", [email, project]);
  await enterFromCompany(page, username);
  await arrived(page, "My access");
  await expect(page.getByRole("link", { name: project })).toBeVisible();
});

test("who lost the app role in the directory does not come in any more", async ({ page }) => {
  const { username, email } = await company.add("Bursar.Developer");
  await enterFromCompany(page, username);
  await arrived(page, "My access");
  await signOut(page);
  await company.take(username, "Bursar.Developer");
  await enterFromCompany(page, username);
  await arrived(page, "Your account has no role yet");
  await expect(page.getByText(email).first()).toBeVisible();
  await page.goto(at.myAccess);
  await atSignIn(page);
});
