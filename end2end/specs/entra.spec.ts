import type { Page } from "@playwright/test";
import { expect, test } from "../support/entra";
import { arrived, at } from "../support/steps";

// The provider's own pages ask for a font from elsewhere, which does not get out of here, and for an icon they lack.
test.beforeEach(async ({ context, faults }) => {
  await context.route("https://fonts.googleapis.com/**", (route) => route.abort());
  faults.allow(/fonts\.googleapis\.com|favicon\.ico/);
});

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto(at.profile);
  await page.getByRole("link", { name: "Continue with Microsoft" }).click();
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("a member of the group that is mapped to developer signs in, and out at the provider too", async ({ page }) => {
  const name = `developer-${crypto.randomUUID().slice(0, 8)}`;
  await signIn(page, name);
  await arrived(page, `Kim ${name}`);
  await expect(page.getByText(`${name}@example.org`).first()).toBeVisible();
  // Ports share their cookies; ours are those of this one.
  const ours = (await page.context().cookies()).filter((cookie) => cookie.name.startsWith("__Host-"));
  expect(ours).toEqual([
    expect.objectContaining({ name: "__Host-bursar", httpOnly: true, secure: true, sameSite: "Lax" }),
  ]);
  await page.getByRole("button", { name: /Account and settings/ }).click();
  await page.getByLabel("Main").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Yes, sign me out" }).click();
  await expect(page.getByRole("link", { name: "Continue with Microsoft" })).toBeVisible();
});

test("a member of other groups does not come in", async ({ page }) => {
  await signIn(page, `visitor-${crypto.randomUUID().slice(0, 8)}`);
  await page.goto(at.profile);
  await expect(page.getByRole("link", { name: "Continue with Microsoft" })).toBeVisible();
});
