import { arrived } from "../../support/steps";
import { alive } from "../../support/test";
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
