import { arrived } from "../../support/steps";
import { expect, test } from "../../support/through-keycloak";

test("people whom a program made in bulk come in with what each was given", async ({ keycloak, enterAs, page }) => {
  const made = await keycloak.addMany(30, (number) => ({
    realmRoles: number === 0 ? [] : ["developer"],
    attributes: { applications: [`bulk-${number % 3}`], user_type: [number === 2 ? "external" : "regular"] },
  }));
  expect(made).toHaveLength(30);

  await enterAs(made[0].username);
  await arrived(page, "Your account has no role yet");

  await keycloak.give(made[0].username, "developer");
  await enterAs(made[0].username);
  await arrived(page, "My access");
  await expect(page.getByRole("link", { name: "bulk-0" })).toBeVisible();
});
