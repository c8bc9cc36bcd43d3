import { arrived, at, choosePassword, signIn } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

/** What the browser says about the answers that a test is after. */
const REFUSED = /status of 422/;

test("a user who followed a link comes to it after choosing a password", async ({ page, people, faults }) => {
  faults.allow(REFUSED);
  const { person, oneTimePassword } = await people.invite("Zelda Invited");
  await page.goto(`${at.profile}?from=mail`);
  await signIn(page, person.email, "mistyped at the first try");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/is wrong/);
  await signIn(page, person.email, oneTimePassword);
  await arrived(page, "Choose a new password");
  await choosePassword(page);
  await arrived(page, person.name);
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(`${at.profile}?from=mail`);
});

test("a page that is opened while the change is due comes after it", async ({ page, people }) => {
  const { person, oneTimePassword } = await people.invite("Zelda Wandering");
  await page.goto(at.signIn);
  await signIn(page, person.email, oneTimePassword);
  await arrived(page, "Choose a new password");
  await page.goto(at.profile);
  await arrived(page, "Choose a new password");
  await choosePassword(page);
  await arrived(page, person.name);
});

for (const next of ["https://example.com/", "//example.com/"]) {
  test(`choosing a password never leads to ${next}`, async ({ page, people, bursar }) => {
    const { person, oneTimePassword } = await people.invite("Zelda Misled");
    await page.goto(at.signIn);
    await signIn(page, person.email, oneTimePassword);
    await arrived(page, "Choose a new password");
    await page.goto(`${at.changePassword}?next=${encodeURIComponent(next)}`);
    await choosePassword(page);
    await arrived(page, "My access");
    expect(new URL(page.url()).origin).toBe(bursar.origin);
  });
}

test("the new password is typed once, can be shown, and password managers know whose it is", async ({
  page,
  people,
  scripts,
}) => {
  const { person, oneTimePassword } = await people.invite("Zelda Managed");
  await page.goto(at.signIn);
  await signIn(page, person.email, oneTimePassword);
  await arrived(page, "Choose a new password");
  await alive(page, scripts);
  await expect(page.locator("input[type=password]")).toHaveCount(1);
  const chosen = page.getByLabel("New password", { exact: true });
  await expect(chosen).toHaveAttribute("autocomplete", "new-password");
  await expect(page.locator("input[autocomplete=username]")).toHaveValue(person.email);
  await expect(chosen).toHaveAccessibleDescription(/At least 15 characters/);
  await chosen.pressSequentially("seven quiet");
  if (scripts) {
    await expect(page.getByText("11 of 15 characters")).toBeVisible();
    await page.getByRole("button", { name: "Show password" }).click();
    await expect(chosen).toHaveAttribute("type", "text");
    await expect(chosen).toHaveValue("seven quiet");
  }
});

test("a refused password keeps the way on, and costs no try", async ({ page, people, scripts, faults }) => {
  faults.allow(REFUSED);
  const { person, oneTimePassword } = await people.invite("Zelda Hesitating");
  await page.goto(at.profile);
  await signIn(page, person.email, oneTimePassword);
  await arrived(page, "Choose a new password");
  await alive(page, scripts);
  for (const refused of ["passwordpassword", oneTimePassword, "passwordpassword", "aaaaaaaaaaaaaaaa", "passwordpassword", "aaaaaaaaaaaaaaaa"]) {
    await choosePassword(page, refused);
    const chosen = page.getByLabel("New password", { exact: true });
    await expect(chosen).toHaveAccessibleDescription(/Choose (another|a) password/);
    if (scripts) {
      await expect(chosen).toHaveValue(refused);
    }
  }
  await choosePassword(page);
  await arrived(page, person.name);
});

test("a user who signed in ten minutes ago is asked for the one-time password again", async ({ page, people, faults }) => {
  faults.allow(REFUSED);
  const { person, oneTimePassword } = await people.invite("Zelda Slow");
  await page.goto(at.signIn);
  await signIn(page, person.email, oneTimePassword);
  await arrived(page, "Choose a new password");
  await people.age(person.email, 10);
  await choosePassword(page);
  const current = page.getByLabel("One-time password");
  await expect(current).toHaveAccessibleDescription(/Enter your one-time password again/);
  await current.fill(oneTimePassword);
  await choosePassword(page);
  await arrived(page, "My access");
});

test("the sign-in page leads on a user who is signed in", async ({ open, people }) => {
  const ada = await people.add("Zelda Inside");
  const page = await open(ada.email);
  await page.goto(`${at.signIn}?next=${encodeURIComponent(at.profile)}`);
  await arrived(page, ada.name);
  await page.goto(at.signIn);
  await arrived(page, "My access");
});

test("Back after signing in does not show the sign-in form", async ({ page, people }) => {
  const ada = await people.add("Zelda Returning");
  await page.goto(at.signIn);
  await signIn(page, ada.email, PASSWORD);
  await arrived(page, "My access");
  await page.goBack();
  await arrived(page, "My access");
});

test("Back after choosing a password does not ask for one again", async ({ page, people }) => {
  const { person, oneTimePassword } = await people.invite("Zelda Looking Back");
  await page.goto(at.signIn);
  await signIn(page, person.email, oneTimePassword);
  await arrived(page, "Choose a new password");
  await choosePassword(page);
  await arrived(page, "My access");
  await page.goBack();
  await arrived(page, "My access");
  await page.goto(`${at.changePassword}?next=${encodeURIComponent(at.profile)}`);
  await arrived(page, person.name);
});
