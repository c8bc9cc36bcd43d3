import type { Page } from "@playwright/test";
import { arrived } from "../../support/steps";
import { answerKeycloak, at, atSignIn, expect, test } from "../../support/through-keycloak";

/** Opens a page without a session and follows Bursar to Keycloak's sign-in form. */
async function leaveFor(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole("link", { name: "Continue with Keycloak" }).click();
  await expect(page.getByLabel("Username or email")).toBeVisible();
}

/** The callback by which a page comes back. */
function callbackOf(page: Page): Promise<string> {
  return page.waitForRequest((request) => request.url().includes("/sign-in/callback")).then((request) => request.url());
}

for (const answered of ["first", "second"]) {
  test(`of two tabs that wait at Keycloak each ends where it was going when the ${answered} one is answered`, async ({
    keycloak,
    context,
  }) => {
    const { username, name } = await keycloak.add("developer");
    const [first, second] = [await context.newPage(), await context.newPage()];
    await leaveFor(first, at.profile);
    await leaveFor(second, at.myAccess);
    const profile = { page: first, heading: name, path: at.profile };
    const myAccess = { page: second, heading: "My access", path: at.myAccess };
    const [own, other] = answered === "first" ? [profile, myAccess] : [myAccess, profile];
    await own.page.bringToFront();
    await answerKeycloak(own.page, username);
    await arrived(own.page, own.heading);
    // Keycloak's page follows by itself, or is loaded again by its user.
    await other.page.bringToFront();
    if (other.page.url().startsWith(keycloak.url)) {
      // It may follow by itself at this very moment, which ends the loading.
      await other.page.reload().catch(() => undefined);
    }
    await arrived(other.page, other.heading);
    await expect(other.page).toHaveURL(new RegExp(`${other.path}$`));
    await own.page.reload();
    await arrived(own.page, own.heading);
  });
}

test("a callback that is loaded again leads on, and begins again with one click without a session", async ({
  keycloak,
  page,
}) => {
  const { username, name } = await keycloak.add("developer");
  await leaveFor(page, at.profile);
  const callback = callbackOf(page);
  await answerKeycloak(page, username);
  await arrived(page, name);
  await page.goto(await callback);
  await arrived(page, name);
  await expect(page).toHaveURL(new RegExp(`${at.profile}$`));

  // As when the browser was closed: Keycloak still knows the user.
  await page.context().clearCookies({ name: "__Host-bursar" });
  await page.goto(await callback);
  await atSignIn(page);
  await expect(page.getByText("This sign-in was not completed.")).toBeVisible();
  await page.getByRole("link", { name: "Continue with Keycloak" }).click();
  await arrived(page, name);
  await expect(page).toHaveURL(new RegExp(`${at.profile}$`));
});

test("going back after signing in leads on again", async ({ keycloak, page }) => {
  const { username, name } = await keycloak.add("developer");
  await leaveFor(page, at.profile);
  await answerKeycloak(page, username);
  await arrived(page, name);
  // To Keycloak's page, which knows the user by now and sends the browser on with the state of before.
  await page.goBack();
  await arrived(page, name);
  await expect(page).toHaveURL(new RegExp(`${at.profile}$`));
});
