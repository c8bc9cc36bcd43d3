import type { Page } from "@playwright/test";
import { expect, test } from "../support/entra";
import { arrived } from "../support/steps";
import { alive } from "../support/test";

test.use({ signOutDetours: 2 });

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Account and settings/ }).click();
  await page.getByLabel("Main").getByRole("button", { name: "Sign out" }).click();
}

/** The provider's own page asks whether to sign out, and then signs nobody in without asking who it is. */
async function confirmAtProvider(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Yes, sign me out" }).click();
  await page.getByRole("link", { name: "Continue with Microsoft" }).click();
  await expect(page.getByPlaceholder("Enter any login")).toBeVisible();
}

test("signing out completes at a provider that leads through other origins", async ({ enterAs, scripts }) => {
  const name = `developer-${crypto.randomUUID().slice(0, 8)}`;
  const page = await enterAs(name);
  await arrived(page, `Kim ${name}`);
  await alive(page, scripts);
  await signOut(page);
  await confirmAtProvider(page);
});

test("signing out completes with an ID token too long for an address", async ({ enterAs, scripts }) => {
  const name = `developer-many-${crypto.randomUUID().slice(0, 8)}`;
  const page = await enterAs(name);
  await arrived(page, `Kim ${name}`);
  await alive(page, scripts);
  await signOut(page);
  if (!scripts) {
    await page.getByRole("button", { name: "Continue to Microsoft" }).click();
  }
  await confirmAtProvider(page);
});
