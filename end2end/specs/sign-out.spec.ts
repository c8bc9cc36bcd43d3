import { expect, test } from "../support/entra";
import { arrived } from "../support/steps";
import { alive } from "../support/test";

test.use({ signOutDetours: 2 });

test("signing out completes at a provider that leads through other origins", async ({ enterAs, scripts }) => {
  const name = `developer-${crypto.randomUUID().slice(0, 8)}`;
  const page = await enterAs(name);
  await arrived(page, `Kim ${name}`);
  await alive(page, scripts);
  await page.getByRole("button", { name: /Account and settings/ }).click();
  await page.getByLabel("Main").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Yes, sign me out" }).click();
  await page.getByRole("link", { name: "Continue with Microsoft" }).click();
  await expect(page.getByPlaceholder("Enter any login"), "the provider's session has ended").toBeVisible();
});
