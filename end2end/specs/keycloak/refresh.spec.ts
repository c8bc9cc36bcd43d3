import { arrived } from "../../support/steps";
import { at, atSignIn, expect, test } from "../../support/through-keycloak";

// Short enough to outlive it, long enough for a slow machine.
test.use({ tokenSeconds: 8 });

test("a session outlives its access token, which is refreshed", async ({ keycloak, enterAs }) => {
  const { username, name } = await keycloak.add("developer");
  const page = await enterAs(username);
  await arrived(page, "My access");
  const looks = async (): Promise<number> => {
    await page.goto(at.profile);
    return keycloak.refreshes(username);
  };
  await expect.poll(looks, { timeout: 60_000 }).toBeGreaterThan(1);
  await expect(page.getByText(name).first()).toBeVisible();
});

test("a session of somebody whose account is disabled meanwhile ends with its token", async ({ keycloak, enterAs }) => {
  const { username } = await keycloak.add("developer");
  const page = await enterAs(username);
  await arrived(page, "My access");
  await keycloak.disable(username);
  await expect(async () => {
    await page.goto(at.profile);
    await atSignIn(page);
  }).toPass({ timeout: 60_000 });
});
