import { arrived } from "../../support/steps";
import { alive } from "../../support/test";
import { at, expect, test } from "../../support/through-keycloak";

test("a user who writes their own rights at Keycloak gets none", async ({ keycloak, enterAs, scripts }) => {
  const given = { user_type: ["external"], applications: ["codemie"] };
  const { username } = await keycloak.add("developer", given);
  const before = await keycloak.claims(username);
  expect(before.claims).toMatchObject({ user_type: "external", applications: ["codemie"] });
  const wanted = { user_type: ["regular"], guest: ["false"], applications: ["atlas"], applications_admin: ["atlas"] };
  const status = await keycloak.writeOwnAttributes(before.token, wanted);
  expect(status, "the account API understood the request").not.toBe(401);

  const { claims } = await keycloak.claims(username);
  expect(claims).toMatchObject({ user_type: "external", applications: ["codemie"] });
  expect(claims).not.toHaveProperty("applications_admin");
  const page = await enterAs(username);
  await arrived(page, "My access");
  await alive(page, scripts);
  await expect(page.getByRole("link", { name: "atlas" })).toHaveCount(0);
  await page.goto(at.profile);
  await expect(page.getByText("External").first()).toBeVisible();
});

test("the user of the realm's file who is from outside stays outside", async ({ keycloak }) => {
  const { token, claims } = await keycloak.claims("external");
  await keycloak.writeOwnAttributes(token, { user_type: ["regular"], applications_admin: ["atlas"] });
  const { claims: after } = await keycloak.claims("external");
  expect(after["user_type"]).toBe("external");
  expect(after["applications"]).toEqual(claims["applications"]);
  expect(after).not.toHaveProperty("applications_admin");
});
