import { type Firefox, type SharedFirefox, arrived, fill, firefox, press, sees } from "../../support/firefox";
import { KEYCLOAK_PASSWORD } from "../../support/keycloak";
import { at } from "../../support/steps";
import { expect, test as throughKeycloak } from "../../support/through-keycloak";

const test = throughKeycloak.extend<Firefox, SharedFirefox>(firefox);
// One after the other: each worker would start a Firefox.
test.describe.configure({ mode: "default" });

for (const scripts of [true, false]) {
  test(`Firefox signs in through Keycloak and out of both ${scripts ? "with" : "without"} scripts`, async ({
    bursar,
    keycloak,
    openFirefox,
  }) => {
    const { username, name } = await keycloak.add("developer");
    const page = await openFirefox(scripts);
    await page.goto(`${bursar.origin}${at.profile}`);
    await press(page, "Continue with Keycloak");
    await fill(page, "username", username);
    await fill(page, "password", KEYCLOAK_PASSWORD);
    await press(page, "Sign In");
    await arrived(page, name);
    await sees(page, `${username}@example.org`);
    await (await page.waitForSelector("#sign-out button", { visible: true }))?.click();
    await arrived(page, "Sign in");
    await expect.poll(() => keycloak.sessions(username)).toBe(0);
    await press(page, "Continue with Keycloak");
    await fill(page, "username", username);
    expect(page.url(), "Keycloak asks who it is").toContain(keycloak.issuer());
  });
}
