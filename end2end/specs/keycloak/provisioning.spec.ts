import { arrived } from "../../support/steps";
import { expect, test } from "../../support/through-keycloak";

test("people whom a program made in bulk come in with what each was given", async ({ keycloak, enterAs, page }) => {
  const made = await keycloak.addMany(30, (number) => ({
    realmRoles: number === 0 ? [] : ["developer"],
    attributes: { applications: [`bulk-${number % 3}`] },
  }));
  expect(made).toHaveLength(30);
  const [without, developer] = made;
  if (without === undefined || developer === undefined) {
    throw new Error("Keycloak made fewer people than it said");
  }

  await enterAs(without.username);
  await arrived(page, "Your account has no role yet");

  await page.context().clearCookies();
  await enterAs(developer.username);
  await arrived(page, "My access");
  await expect(page.getByRole("link", { name: "bulk-1" })).toBeVisible();
  await expect(page.getByRole("link", { name: "bulk-0" })).toHaveCount(0);
});
